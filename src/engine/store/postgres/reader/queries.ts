import type { Ids } from '../../../words/ids.ts';
import { newestBulkRows, readBulkRow } from '../../reading/bulk-rows.ts';
import { emittablePlansOn } from '../../reading/emittable-plans.ts';
import { missedOn } from '../../reading/missed.ts';
import { parkedCountOn } from '../../reading/parked-count.ts';
import type { LogQueries } from '../../reading/queried-log.ts';
import { replayPlansOn } from '../../reading/replay-plans.ts';
import type { Readers } from '../readers.ts';
import type { TextSearch } from '../search/text-search.ts';
import { eventQueriesOn } from './event-queries.ts';
import { executionQueriesOn } from './execution-queries.ts';
import { failureGroupsBy } from './failure-groups.ts';
import { countsBy, statisticsBy } from './figures.ts';
import { healthBy } from './handler-health.ts';
import { histogramBy } from './histogram.ts';
import { rowsOn } from './postgres-rows.ts';
import { failuresBy, oldestBy, waitsBy } from './waits.ts';

/** Answers what a log is asked: each answer is of one moment, unless it is gone through part by part. */
export function queriesOn(readers: Readers, ids: Ids, texts: TextSearch): LogQueries {
  const executions = executionQueriesOn(readers, ids, texts);
  const events = eventQueriesOn(readers, ids, executions);
  const rows = rowsOn(readers, executions, events);
  const plans = replayPlansOn(rows);
  const emittable = emittablePlansOn(rows);
  return {
    executions: executions.page,
    execution: executions.details,
    events: events.page,
    event: events.details,
    counts: () =>
      readers.read(async (ask) => {
        const [counts, oldest, indexing] = await Promise.all([
          countsBy(ask),
          oldestBy(ask),
          texts.isBehind(ask),
        ]);
        return { ...counts, ...oldest, indexing };
      }),
    statistics: (range) => readers.read((ask) => statisticsBy(ask, range)),
    health: (handlers, since) => readers.read((ask) => healthBy(ask, handlers, since)),
    failureGroups: (request) => readers.read((ask) => failureGroupsBy(ask, request)),
    histogram: async (request) => {
      await texts.prepare(request.filter);
      return readers.read((ask) => histogramBy(ask, executions, request));
    },
    waits: (question) => readers.read((ask) => waitsBy(ask, question)),
    failures: (since, limit) => readers.read((ask) => failuresBy(ask, since, limit)),
    parkedCount: parkedCountOn(rows),
    replayCount: plans.count,
    replayBatch: plans.batch,
    emittableCount: emittable.count,
    emittableBatch: emittable.batch,
    missed: missedOn(rows),
    replays: async () => (await readers.read((ask) => ask(newestBulkRows))).map(readBulkRow),
  };
}
