import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { isReplayable, type ReplayTurn, replayable } from '../../../rules/replayable.ts';
import type { ExecutionFilter, ReplayBatch, ReplayBatchRequest, ReplayCount } from '../../log.ts';
import { executionStatusOf, stage } from '../../stage.ts';
import type { Statements } from '../statements.ts';
import type { Position } from './cursor.ts';
import type { ExecutionQueries } from './execution-queries.ts';

/** Executions found with one look, and events looked at between two turns of others. */
const foundAtOnce = 2000;
const lookedAtAtOnce = 200;

/** Settled executions that match, by event in the order of the events; seqs. */
interface Plan {
  readonly events: readonly (readonly [event: number, executions: readonly number[]])[];
  next: number;
}

/** Finds what a filter lets run again (see replayable.ts), in the original order. */
export function replayPlansOn(statements: Statements, executions: ExecutionQueries) {
  /** Of bulk replays that are on their way, by id. After a restart they are made anew. */
  const plans = new Map<number, Plan>();

  async function count(
    filter: ExecutionFilter,
    callable: readonly string[],
    asked?: number,
  ): Promise<ReplayCount> {
    const last = statements.of('select max(seq) as last from executions').get();
    const upTo = asked ?? Number(last?.['last'] ?? 0);
    const plan = await planned(filter, { after: 0, until: Number.MAX_SAFE_INTEGER, upTo });
    const byStatus = { failed: 0, skipped: 0, cancelled: 0, succeeded: 0 };
    for (const [index, [event, executions]] of plan.events.entries()) {
      if (index % lookedAtAtOnce === 0) await yieldToOthers();
      for (const { status } of replayableOf(event, executions, callable))
        if (isReplayable(status)) byStatus[status] += 1;
    }
    const matched = Object.values(byStatus).reduce((sum, one) => sum + one, 0);
    return { matched, byStatus, until: plan.events.at(-1)?.[0] ?? 0, upTo };
  }

  async function batch(request: ReplayBatchRequest): Promise<ReplayBatch> {
    const { id, filter, after, callable, limit } = request;
    let plan = plans.get(id);
    if (!plan) {
      plan = await planned(filter, request);
      plans.set(id, plan);
    }
    const events: (readonly number[])[] = [];
    let cursor = after;
    for (let looked = 0; events.length < limit && looked < lookedAtAtOnce; looked += 1) {
      const next = plan.events[plan.next];
      if (!next) break;
      plan.next += 1;
      const [event, executions] = next;
      if (event <= after) continue;
      cursor = event;
      const may = replayableOf(event, executions, callable);
      if (may.length > 0) events.push(may.map(({ seq }) => seq));
    }
    const ends = plan.next >= plan.events.length;
    if (ends) plans.delete(id);
    return { events, cursor, ends };
  }

  async function planned(
    filter: ExecutionFilter,
    { after, until, upTo }: Pick<ReplayBatchRequest, 'after' | 'until' | 'upTo'>,
  ): Promise<Plan> {
    const byEvent = new Map<number, number[]>();
    const window = { from: filter.from, to: filter.to, limit: foundAtOnce };
    let position: Position | undefined;
    do {
      const { found, next } = await executions.positions(filter, { ...window, after: position });
      for (const [, seq] of found) {
        if (upTo !== null && seq > upTo) continue;
        const row = statements
          .of('select event_seq, status, passed_by from executions where seq = ?')
          .get(seq);
        const status = executionStatusOf(Number(row?.['status']));
        const event = Number(row?.['event_seq']);
        if (!row || row['passed_by'] === 1 || event <= after || event > until || !isReplayable(status))
          continue;
        const known = byEvent.get(event);
        if (known) known.push(seq);
        else byEvent.set(event, [seq]);
      }
      position = next ?? undefined;
      await yieldToOthers();
    } while (position);
    return { events: [...byEvent].sort(([a], [b]) => a - b), next: 0 };
  }

  function replayableOf(
    event: number,
    asked: readonly number[],
    callable: readonly string[],
  ): readonly ReplayTurn[] {
    const row = statements.of('select stage from events where seq = ?').get(event);
    const at = Number(row?.['stage'] ?? 0);
    if (at < stage.parked || at === stage.unclaimed) return [];
    const choice = replayable(chainOf(event), asked, callable);
    return 'why' in choice ? [] : choice.turns;
  }

  /** Of each position the execution that counts. */
  function chainOf(event: number): ReplayTurn[] {
    const byPosition = new Map<number, ReplayTurn>();
    const sql = `select seq, position, status, stop, passed_by, handler_id from executions indexed by executions_by_event
      where event_seq = ? order by seq`;
    for (const row of statements.of(sql).all(event)) {
      const position = Number(row['position']);
      byPosition.set(position, {
        seq: Number(row['seq']),
        position,
        status: executionStatusOf(Number(row['status'])),
        stop: row['stop'] === 1,
        passedBy: row['passed_by'] === 1,
        handler: { id: String(row['handler_id']) },
      });
    }
    return [...byPosition.values()].sort((a, b) => a.position - b.position);
  }

  return { count, batch };
}
