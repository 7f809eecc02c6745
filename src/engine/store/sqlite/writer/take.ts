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

  function take({ event: which, changed, links, executor, missed, start, at, emit }: Take): Taken {
    const from = typeof which === 'number' ? stored(which) : inserted(which);
    if (!from || !mayBeTaken.has(from.stage)) return { outcome: 'already' };
    const { seq } = from;
    const event = changed ? { seq, ...changed } : from;
    if (from.stage < stage.queued) waiting.add(-1);
    if (changed) rewrite(seq, changed);
    const moved = laneOf(from) !== laneOf(event);
    if (event.ordered && (moved || from.stage !== stage.emitted)) lanes.holdBack(event.objectKey);

    const firstExecution = executionSeqs.next();
    const to = links.length === 0 ? stage.unhandled : stageOf(event, start);
    const nextHandler = to === stage.due || to === stage.queued ? (links[0]?.handler.id ?? null) : null;
    const touchedAt = to === stage.unhandled ? clock.touch(at) : null;
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
      if (executions.insert(event, { ...execution, start: first && to === stage.running }, at))
        blocked = true;
      chain.push(execution.seq);
    }
    if (to === stage.due && nextHandler !== null) work.due(nextHandler);
    if (missed.length > 0) executions.markStale(missed, event.objectKey);

    const lane = laneOf(from);
    const left = lane !== null && (moved || to === stage.unhandled);
    const used = left && lanes.release(lane, emit);
    const taken = { outcome: 'taken', seq, hops: from.hops, chain } as const;
    if (!blocked) return { ...taken, stage: to, changed: [] };
    return { ...taken, ...turns.passBy(seq, firstExecution, at, emit && !used) };
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

  function stageOf(event: OfEvent, start: boolean): Stage {
    if (event.ordered && lanes.taken(event.objectKey)) return stage.queued;
    return start ? stage.running : stage.due;
  }

  return { take };
}
