import type { ReplayCount } from '../store/log/bulk.ts';
import type { ExecutionFilter } from '../store/log/filter.ts';
import type { ExecutionLog } from '../store/log.ts';
import { InvalidInput } from '../words/errors.ts';
import type { BulkOptions, BulkReplays, NextPart } from './bulk-replays.ts';
import type { Context } from './context.ts';

/** What matches, and whether it is being replayed. */
export interface BulkReplay {
  readonly matched: number;
  /** Of a dry run. */
  readonly byStatus?: ReplayCount['byStatus'];
  /** Of a dry run: the last execution that was looked at, by its id; null: there is none. */
  readonly upTo?: string | null;
  readonly replaying: number;
}

interface Options extends Pick<Context, 'registry' | 'ids'> {
  readonly log: Pick<ExecutionLog, 'replayCount' | 'replayBatch'>;
}

/**
 * Replays of executions that match a filter: settled ones only, of each event and handler the latest; those of disabled
 * and archived handlers are left out.
 */
export function executionsAgainOn({ registry, ids, log }: Options) {
  /** What it counts is exact, as of now. @throws Unavailable, InvalidInput */
  async function start(
    bulkReplays: Pick<BulkReplays, 'begin'>,
    filter: ExecutionFilter,
    { dryRun, ratePerSecond, upTo: asked, by = null }: BulkOptions,
  ): Promise<BulkReplay> {
    const bound = asked === undefined ? undefined : ids.executionSeq(asked);
    if (asked !== undefined && bound === undefined)
      throw new InvalidInput('replay', [{ field: 'upTo', message: 'is not the id of an execution here' }]);
    const counted = await log.replayCount(filter, registry.callable(), bound);
    const { matched, byStatus, until, upTo } = counted;
    if (dryRun) return { matched, replaying: 0, byStatus, upTo: upTo === 0 ? null : ids.execution(upTo) };
    if (matched === 0) return { matched, replaying: 0 };
    const begun = { filter: JSON.stringify(filter), ratePerSecond, matched, until, upTo, by };
    await bulkReplays.begin({ kind: 'executions', ...begun });
    return { matched, replaying: matched };
  }

  const next: NextPart = async ({ id, filter, until, upTo }, after, limit) => {
    const callable = registry.callable();
    const asked = { id, filter: JSON.parse(filter) as ExecutionFilter, after, until, upTo, callable, limit };
    const { chosen, ...part } = await log.replayBatch(asked);
    return { ...part, letGo: { executions: chosen, callable: registry.callable() } };
  };

  return { start, next };
}
