import { eventOutcomeOf } from '../../rules/chain.ts';
import type { EventContent, NewEvent } from '../journal/accept.ts';
import type { Take, Taken } from '../journal/turn.ts';
import { type Stage, stage } from '../stage.ts';
import type { Acceptance } from './accept.ts';
import { laneOf, type OfEvent } from './rows.ts';
import type { Shared } from './shared.ts';
import type { Turns } from './turns.ts';

const mayBeTaken: ReadonlySet<Stage> = new Set([stage.behind, stage.ready, stage.emitted, stage.unclaimed]);

interface TakenFrom extends OfEvent {
  readonly stage: Stage;
  readonly hops: number;
}

/** Takes events (rule 2): fixes the envelope, and the executions of its chain. */
export function takingOn(shared: Shared, acceptance: Acceptance, turns: Turns) {
  const { rows, lanes, executions, clock, work } = shared;

  function take(asked: Take): Taken {
    const { event: which, changed, links, executor, missed, start, at, emit } = asked;
    const from = typeof which === 'number' ? stored(which) : inserted(which);
    if (!from || !mayBeTaken.has(from.stage)) return { outcome: 'already' };
    const { seq } = from;
    const event = changed ? { seq, ...changed } : from;
    if (from.stage < stage.queued) rows.waiting.add(-1);
    if (changed) rewrite(seq, changed);
    const moved = laneOf(from) !== laneOf(event);
    if (event.ordered && (moved || from.stage !== stage.emitted)) lanes.holdBack(event.objectKey);

    const firstExecution = rows.nextExecutionSeq();
    const next = links.find(({ settled }) => !settled);
    const to = next ? stageOf(event, start) : outcomeOf(asked);
    const nextHandler = to === stage.due || to === stage.queued ? (next?.handler.id ?? null) : null;
    const touchedAt = next ? null : clock.touch(at);
    rows.changeEvent(seq, { stage: to, turn: firstExecution, executor, nextHandler, touchedAt });

    const chain: number[] = [];
    let blocked = false;
    for (const [position, link] of links.entries()) {
      const execution = position === 0 ? firstExecution : rows.nextExecutionSeq();
      const starts = link === next && to === stage.running;
      if (executions.insert(event, { seq: execution, position, link, start: starts, replayOf: null }, at))
        blocked = true;
      chain.push(execution);
    }
    if (to === stage.due && nextHandler !== null) work.due(nextHandler);
    if (missed.length > 0) executions.markStale(missed, event.objectKey);

    const lane = laneOf(from);
    const left = lane !== null && (moved || !next);
    const used = left && lanes.release(lane, emit);
    const taken = { outcome: 'taken', seq, hops: from.hops, chain } as const;
    if (!blocked || !next) return { ...taken, stage: to, changed: [] };
    const parked = chain[links.indexOf(next)] ?? firstExecution;
    return { ...taken, ...turns.passBy(seq, parked, at, emit && !used) };
  }

  function stored(seq: number): TakenFrom | undefined {
    const event = rows.event(seq);
    return event && { ...event, hops: rows.hopsOf(seq) };
  }

  function inserted(event: NewEvent): TakenFrom {
    return { ...event, hops: event.hops ?? 0, ...acceptance.insert(event, false) };
  }

  function rewrite(seq: number, { eventType, objectId, objectKey, ordered, payload }: EventContent): void {
    rows.changeEvent(seq, { eventType, objectId, objectKey, ordered, payload });
  }

  /** Of an event that nobody is called for. */
  function outcomeOf({ links, passedBy = false }: Take): Stage {
    if (links.length === 0) return passedBy ? stage.succeeded : stage.unhandled;
    return stage[eventOutcomeOf(links.map(({ stop, settled }) => ({ status: 'pending', stop, ...settled })))];
  }

  function stageOf(event: OfEvent, start: boolean): Stage {
    if (event.ordered && lanes.taken(event.objectKey)) return stage.queued;
    return start ? stage.running : stage.due;
  }

  return { take };
}
