import { isLost } from './chain.ts';
import type { Delivery } from './delivery.ts';
import type { ExecutionFilter, ExecutionLog } from './journal/log.ts';

/** What matches, and whether it is being replayed. */
export interface BulkReplay {
  readonly matched: number;
  readonly replaying: number;
}

export interface BulkOptions {
  /** Only count. */
  readonly dryRun: boolean;
  /** Executions a second; 0: no bound. */
  readonly ratePerSecond: number;
}

/** Executions looked at with one page, and events asked for at a time. */
const pageSize = 500;
const batch = 50;

/**
 * Replays what matches a filter: settled executions only, of each event and handler the latest; those of disabled and
 * archived handlers are left out. Several keep their original order. What it counts is exact; the replaying itself
 * goes on after it has resolved, and ends with the process.
 */
export async function replayAll(
  delivery: Delivery,
  log: ExecutionLog,
  filter: ExecutionFilter,
  { dryRun, ratePerSecond }: BulkOptions,
): Promise<BulkReplay> {
  const events = await matchingEvents(delivery, log, filter);
  const matched = await countReplayable(delivery, events);
  if (dryRun || matched === 0) return { matched, replaying: 0 };
  void replayInOrder(delivery, events, ratePerSecond);
  return { matched, replaying: matched };
}

/** Executions by event, in their original order. */
async function matchingEvents(
  { ids }: Delivery,
  log: ExecutionLog,
  filter: ExecutionFilter,
): Promise<number[][]> {
  const byEvent = new Map<number, number[]>();
  let cursor: string | undefined;
  do {
    const page = await log.executions(filter, { limit: pageSize, cursor });
    for (const { seq, status, eventId } of page.items) {
      const event = ids.eventSeq(eventId);
      if (event === undefined || !(isLost(status) || status === 'succeeded')) continue;
      byEvent.set(event, [seq, ...(byEvent.get(event) ?? [])]);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return [...byEvent].sort(([a], [b]) => a - b).map(([, executions]) => executions);
}

async function countReplayable(delivery: Delivery, events: readonly number[][]): Promise<number> {
  let matched = 0;
  for (let start = 0; start < events.length; start += batch) {
    const answers = await Promise.all(
      events.slice(start, start + batch).map((executions) => ask(delivery, executions, true)),
    );
    matched += answers.reduce((sum, count) => sum + count, 0);
  }
  return matched;
}

async function replayInOrder(
  delivery: Delivery,
  events: readonly number[][],
  ratePerSecond: number,
): Promise<void> {
  const { time } = delivery;
  let next = time.monotonic();
  for (const executions of events) {
    const wait = next - time.monotonic();
    if (wait > 0) await new Promise<void>((resolve) => time.after(wait, resolve));
    const replayed = await delivery.persist(() => ask(delivery, executions, false)).catch(() => 0);
    if (ratePerSecond > 0) next = Math.max(next, time.monotonic()) + (replayed * 1000) / ratePerSecond;
  }
}

/** @returns how many of them are run again, or would be */
async function ask(delivery: Delivery, executions: readonly number[], dryRun: boolean): Promise<number> {
  const { journal, registry, chains, emissions, time } = delivery;
  const replayed = await journal.replay({
    which: { executions },
    callable: registry.callable(),
    at: time.now(),
    dryRun,
  });
  if (replayed.outcome !== 'replaying') return 0;
  if (replayed.released.ready) emissions.wait();
  if (replayed.released.dueFor !== undefined) chains.wait(replayed.released.dueFor);
  return replayed.executions.length;
}
