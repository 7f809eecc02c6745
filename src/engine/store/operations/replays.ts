import { replayable } from '../../rules/replayable.ts';
import type { Replay, Replayed } from '../journal/replay.ts';
import { isEmittable, stage } from '../stage.ts';
import { type EventHead, laneOf } from './rows.ts';
import type { Shared } from './shared.ts';
import type { Turns } from './turns.ts';

/** Runs again what is settled, at the end of its object's queue (rule 6). */
export function replaysOn({ rows, lanes, executions, work }: Shared, turns: Turns) {
  function replay({ which, callable, emitters, by, at }: Replay): Replayed {
    const asked = 'executions' in which ? which.executions : undefined;
    const event = 'event' in which ? rows.event(which.event) : rows.eventOf(which.executions[0] ?? 0);
    if (!event) return { outcome: 'unknown' };
    if (isEmittable(event.stage)) return emitAgain(event, emitters);
    if (event.stage < stage.parked) return { outcome: 'conflict', why: 'it is waiting or running already' };
    const choice = replayable(executions.chain(event.seq), asked, callable);
    if ('why' in choice) return { outcome: 'conflict', why: choice.why };
    const seqs = choice.turns.map((one) => executions.replay(event, one, at, by));
    turns.enqueue(event, choice.turns[0]?.handler.id ?? '', seqs[0] ?? 0);
    return { outcome: 'replaying', executions: seqs };
  }

  /** An event that nobody took, or that nobody listened to, goes into the flow again. */
  function emitAgain(event: EventHead, emitters: Replay['emitters']): Replayed {
    const { seq, node } = event;
    if (node === null)
      return { outcome: 'conflict', why: 'it came past the event nodes, so that none can emit it again' };
    if (emitters && !emitters.includes(node))
      return {
        outcome: 'conflict',
        why: `the event node that accepted it (${node}) is not deployed any more`,
      };
    const lane = laneOf(event);
    const held = lane !== null && lanes.occupied(lane);
    const to = held ? stage.behind : stage.ready;
    rows.changeEvent(seq, { stage: to, turn: rows.nextEventSeq(), touchedAt: null });
    rows.waiting.add(1);
    if (!held) work.ready();
    return { outcome: 'replaying', executions: [] };
  }

  /** @returns whether it is one that can be emitted again, and is */
  function emit(seq: number, emitters: Replay['emitters']): boolean {
    const event = rows.event(seq);
    return (
      event !== undefined && isEmittable(event.stage) && emitAgain(event, emitters).outcome === 'replaying'
    );
  }

  return { replay, emit };
}

export type Replays = ReturnType<typeof replaysOn>;
