import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { isReplayable, type ReplayTurn, replayable } from '../../rules/replayable.ts';
import type { Batch, ReplayBatchRequest, ReplayCount } from '../log/bulk.ts';
import type { ExecutionFilter } from '../log/filter.ts';
import { executionStatusOf, stage } from '../stage.ts';
import type { Position } from './cursor.ts';
import type { LogRows } from './log-rows.ts';
import { type Entry, goThrough, lookedAtAtOnce, Plans } from './plans.ts';

/** Executions found with one look. */
const foundAtOnce = 2000;

/** Settled executions of an event that match; seqs. */
interface Matching extends Entry {
  readonly executions: number[];
}

/** Finds what a filter lets run again (see replayable.ts), in the original order. */
export function replayPlansOn(rows: LogRows) {
  const plans = new Plans<Matching>();

  async function count(
    filter: ExecutionFilter,
    callable: readonly string[],
    asked?: number,
  ): Promise<ReplayCount> {
    const upTo = asked ?? (await rows.last('executions'));
    const plan = await planned(filter, { after: 0, until: Number.MAX_SAFE_INTEGER, upTo });
    const byStatus = { failed: 0, skipped: 0, cancelled: 0, succeeded: 0 };
    for (let first = 0; first < plan.length; first += lookedAtAtOnce) {
      await yieldToOthers();
      const some = plan.slice(first, first + lookedAtAtOnce);
      const turnsOf = await replayableOf(some, callable);
      for (const entry of some)
        for (const { status } of turnsOf(entry)) if (isReplayable(status)) byStatus[status] += 1;
    }
    const matched = Object.values(byStatus).reduce((sum, one) => sum + one, 0);
    const until = plan.reduce((last, { event }) => Math.max(last, event), 0);
    return { matched, byStatus, until, upTo };
  }

  async function batch(request: ReplayBatchRequest): Promise<Batch<readonly number[]>> {
    const { id, filter, after, callable, limit } = request;
    const plan = await plans.of(id, () => planned(filter, request));
    const part = await goThrough(plan, after, limit, async (some) => {
      const turnsOf = await replayableOf(some, callable);
      return (entry) => {
        const may = turnsOf(entry);
        return may.length > 0 ? may.map(({ seq }) => seq) : undefined;
      };
    });
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
      const { found, next } = await rows.executions(filter, { ...window, after: position });
      const seqs = found.map(([, seq]) => seq).filter((seq) => upTo === null || seq <= upTo);
      for (const { seq, event, status, passedBy } of await rows.settled(seqs)) {
        const replays = !passedBy && isReplayable(executionStatusOf(status));
        if (!replays || event <= after || event > until) continue;
        const known = byEvent.get(event);
        if (known) known.executions.push(seq);
        else byEvent.set(event, { event, executions: [seq] });
      }
      position = next ?? undefined;
      await yieldToOthers();
    } while (position);
    return [...byEvent.values()];
  }

  /** What can run again of each of these. */
  async function replayableOf(
    some: readonly Matching[],
    callable: readonly string[],
  ): Promise<(entry: Matching) => readonly ReplayTurn[]> {
    const events = some.map(({ event }) => event);
    const stages = new Map((await rows.states(events)).map(({ seq, stage: at }) => [seq, at]));
    const chains = await rows.chains(events);
    return ({ event, executions }) => {
      const at = stages.get(event) ?? 0;
      if (at < stage.parked || at === stage.unclaimed) return [];
      const choice = replayable(chains.get(event)?.chain ?? [], executions, callable);
      return 'why' in choice ? [] : choice.turns;
    };
  }

  return { count, batch };
}
