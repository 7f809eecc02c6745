import { replayable } from '../../../rules/replayable.ts';
import type { Replay, Replayed } from '../../journal.ts';
import { isEmittable, stage } from '../../stage.ts';
import { type EventRow, eventColumns, eventFrom } from './event-rows.ts';
import type { Shared } from './shared.ts';
import type { Turns } from './turns.ts';

/** Runs again what is settled, at the end of its object's queue (rule 6). */
export function replaysOn({ db, lanes, executions, eventSeqs, waiting, work }: Shared, turns: Turns) {
  const select = `select ${eventColumns} from events where seq =`;
  const sql = {
    find: db.prepare(`${select} ?`),
    findOf: db.prepare(`${select} (select event_seq from executions where executions.seq = ?)`),
    nodeOf: db.prepare('select node from events where seq = ?'),
    emitAgain: db.prepare('update events set stage = ?, turn = ?, touched_at = null where seq = ?'),
  };

  function replay({ which, callable, emitters, by, at }: Replay): Replayed {
    const asked = 'executions' in which ? which.executions : undefined;
    const row = 'event' in which ? sql.find.get(which.event) : sql.findOf.get(which.executions[0] ?? 0);
    if (!row) return { outcome: 'unknown' };
    const event = eventFrom(row);
    if (isEmittable(event.stage)) return emitAgain(event, emitters);
    if (event.stage < stage.parked) return { outcome: 'conflict', why: 'it is waiting or running already' };
    const choice = replayable(executions.chain(event.seq), asked, callable);
    if ('why' in choice) return { outcome: 'conflict', why: choice.why };
    const seqs = choice.turns.map((one) => executions.replay(event, one, at, by));
    turns.enqueue(event, choice.turns[0]?.handler.id ?? '', seqs[0] ?? 0);
    return { outcome: 'replaying', executions: seqs };
  }

  /** An event that nobody took, or that nobody listened to, goes into the flow again. */
  function emitAgain({ seq, objectKey, ordered }: EventRow, emitters: Replay['emitters']): Replayed {
    const node = sql.nodeOf.get(seq)?.['node'];
    if (typeof node !== 'string')
      return { outcome: 'conflict', why: 'it came past the event nodes, so that none can emit it again' };
    if (emitters && !emitters.includes(node))
      return {
        outcome: 'conflict',
        why: `the event node that accepted it (${node}) is not deployed any more`,
      };
    const held = ordered && lanes.foremost(objectKey) >= 0;
    sql.emitAgain.run(held ? stage.behind : stage.ready, eventSeqs.next(), seq);
    waiting.add(1);
    if (!held) work.ready();
    return { outcome: 'replaying', executions: [] };
  }

  /** @returns whether it is one that can be emitted again, and is */
  function emit(seq: number, emitters: Replay['emitters']): boolean {
    const row = sql.find.get(seq);
    const event = row && eventFrom(row);
    return (
      event !== undefined && isEmittable(event.stage) && emitAgain(event, emitters).outcome === 'replaying'
    );
  }

  return { replay, emit };
}

export type Replays = ReturnType<typeof replaysOn>;
