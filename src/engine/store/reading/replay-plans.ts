import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { isReplayable, type ReplayTurn, replayable } from '../../../rules/replayable.ts';
import type { Batch, ExecutionFilter, ReplayBatchRequest, ReplayCount } from '../../log.ts';
import { chainColumns, chainFrom, type ReadChain } from '../../reading/chain-rows.ts';
import type { Position } from '../../reading/cursor.ts';
import { type Entry, goThrough, lookedAtAtOnce, Plans } from '../../reading/plans.ts';
import { executionStatusOf, stage } from '../../stage.ts';
import type { Statements } from '../statements.ts';
import type { ExecutionQueries } from './execution-queries.ts';

/** Executions found with one look. */
const foundAtOnce = 2000;

/** Settled executions of an event that match; seqs. */
interface Matching extends Entry {
  readonly executions: number[];
}

/** Finds what a filter lets run again (see replayable.ts), in the original order. */
export function replayPlansOn(statements: Statements, executions: ExecutionQueries) {
  const plans = new Plans<Matching>();

  async function count(
    filter: ExecutionFilter,
    callable: readonly string[],
    asked?: number,
  ): Promise<ReplayCount> {
    const last = statements.of('select max(seq) as last from executions').get();
    const upTo = asked ?? Number(last?.['last'] ?? 0);
    const plan = await planned(filter, { after: 0, until: Number.MAX_SAFE_INTEGER, upTo });
    const byStatus = { failed: 0, skipped: 0, cancelled: 0, succeeded: 0 };
    for (const [index, { event, executions }] of plan.entries()) {
      if (index % lookedAtAtOnce === 0) await yieldToOthers();
      for (const { status } of replayableOf(event, executions, callable))
        if (isReplayable(status)) byStatus[status] += 1;
    }
    const matched = Object.values(byStatus).reduce((sum, one) => sum + one, 0);
    const until = plan.reduce((last, { event }) => Math.max(last, event), 0);
    return { matched, byStatus, until, upTo };
  }

  async function batch(request: ReplayBatchRequest): Promise<Batch<readonly number[]>> {
    const { id, filter, after, callable, limit } = request;
    const plan = await plans.of(id, () => planned(filter, request));
    const choose = ({ event, executions }: Matching) => {
      const may = replayableOf(event, executions, callable);
      return may.length > 0 ? may.map(({ seq }) => seq) : undefined;
    };
    const part = await goThrough(plan, after, limit, () => choose);
    if (part.ends) plans.forget(id);
    return part;
  }

  async function planned(
    filter: ExecutionFilter,
    { after, until, upTo }: Pick<ReplayBatchRequest, 'after' | 'until' | 'upTo'>,
  ): Promise<readonly Matching[]> {
    const byEvent = new Map<number, Matching>();
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
        if (known) known.executions.push(seq);
        else byEvent.set(event, { event, executions: [seq] });
      }
      position = next ?? undefined;
      await yieldToOthers();
    } while (position);
    return [...byEvent.values()];
  }

  function replayableOf(
    event: number,
    asked: readonly number[],
    callable: readonly string[],
  ): readonly ReplayTurn[] {
    const row = statements.of('select stage from events where seq = ?').get(event);
    const at = Number(row?.['stage'] ?? 0);
    if (at < stage.parked || at === stage.unclaimed) return [];
    const choice = replayable(chainRows(statements, event).chain, asked, callable);
    return 'why' in choice ? [] : choice.turns;
  }

  return { count, batch };
}

/** The chain of an event. */
export function chainRows(statements: Statements, event: number): ReadChain {
  const sql = `select ${chainColumns} from executions indexed by executions_by_event where event_seq = ? order by seq`;
  return chainFrom(statements.of(sql).all(event));
}
