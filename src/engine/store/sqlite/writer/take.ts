import { eventOutcomeOf } from '../../../rules/chain.ts';
import type { NewEvent, Take, Taken } from '../../journal.ts';
import { type Stage, stage } from '../../stage.ts';
import type { Acceptance } from './accept.ts';
import { eventColumns, eventFrom, laneOf, type OfEvent } from './event-rows.ts';
import type { Shared } from './shared.ts';
import type { Turns } from './turns.ts';

const mayBeTaken: ReadonlySet<Stage> = new Set([stage.behind, stage.ready, stage.emitted, stage.unclaimed]);

interface TakenFrom extends OfEvent {
  readonly stage: Stage;
  readonly hops: number;
}

/** Takes events (rule 2): fixes the envelope, and the executions of its chain. */
export function takingOn(shared: Shared, acceptance: Acceptance, turns: Turns) {
  const { db, lanes, executions, executionSeqs, clock, waiting, work } = shared;
  const sql = {
    find: db.prepare(`select ${eventColumns}, hops from events where seq = ?`),
    change: db.prepare(
      'update events set event_type = ?, object_id = ?, object_key = ?, ordered = ?, payload = ? where seq = ?',
    ),
    take: db.prepare(
      'update events set stage = ?, turn = ?, executor = ?, next_handler = ?, touched_at = ? where seq = ?',
    ),
  };

  function take(asked: Take): Taken {
    const { event: which, changed, links, executor, missed, start, at, emit } = asked;
    const from = typeof which === 'number' ? stored(which) : inserted(which);
    if (!from || !mayBeTaken.has(from.stage)) return { outcome: 'already' };
    const { seq } = from;
    const event = changed ? { seq, ...changed } : from;
    if (from.stage < stage.queued) waiting.add(-1);
    if (changed) rewrite(seq, changed);
    const moved = laneOf(from) !== laneOf(event);
    if (event.ordered && (moved || from.stage !== stage.emitted)) lanes.holdBack(event.objectKey);

    const firstExecution = executionSeqs.next();
    const next = links.find(({ settled }) => !settled);
    const to = next ? stageOf(event, start) : outcomeOf(asked);
    const nextHandler = to === stage.due || to === stage.queued ? (next?.handler.id ?? null) : null;
    const touchedAt = next ? null : clock.touch(at);
    sql.take.run(to, firstExecution, executor, nextHandler, touchedAt, seq);

    const chain: number[] = [];
    let blocked = false;
    for (const [position, link] of links.entries()) {
      const first = position === 0;
      const execution = {
        seq: first ? firstExecution : executionSeqs.next(),
        position,
        link,
        replayOf: null,
      };
      const starts = link === next && to === stage.running;
      if (executions.insert(event, { ...execution, start: starts }, at)) blocked = true;
      executions.judge(execution.seq, link, at);
      chain.push(execution.seq);
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
    const row = sql.find.get(seq);
    return row && eventFrom<TakenFrom>(row);
  }

  function inserted(event: NewEvent): TakenFrom {
    return { ...event, hops: event.hops ?? 0, ...acceptance.insert(event, false) };
  }

  function rewrite(seq: number, changed: NonNullable<Take['changed']>): void {
    const { eventType, objectId, objectKey, ordered, payload } = changed;
    sql.change.run(eventType, objectId, objectKey, ordered ? 1 : 0, payload, seq);
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
