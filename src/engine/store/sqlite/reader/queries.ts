import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Ids } from '../../../words/ids.ts';
import { newestBulkRows, readBulkRow } from '../../reading/bulk-rows.ts';
import { emittablePlansOn } from '../../reading/emittable-plans.ts';
import { missedOn } from '../../reading/missed.ts';
import { parkedCountOn } from '../../reading/parked-count.ts';
import type { LogAnswers } from '../../reading/queried-log.ts';
import { replayPlansOn } from '../../reading/replay-plans.ts';
import { metaOf } from '../schema.ts';
import { TextIndex } from '../search/text-index.ts';
import { Statements } from '../statements.ts';
import { eventQueriesOn } from './event-queries.ts';
import { executionQueriesOn } from './execution-queries.ts';
import { failureGroupsOn } from './failure-groups.ts';
import { figuresOn } from './figures.ts';
import { histogramOn } from './histogram.ts';
import { indexedSearchOn } from './indexed-search.ts';
import { rowsOn } from './sqlite-rows.ts';
import { waitsOn } from './waits.ts';

/** What the reading thread answers; undefined: there is none. */
export type Queries = ReturnType<typeof queriesOn>;

export interface OpenQueries {
  readonly queries: Queries;
  readonly index: TextIndex;
  close(): void;
}

/**
 * Opens the journal in `folder` for reading, beside whoever writes it.
 * @param sliceSize see TextIndex
 * @throws when there is no journal, or it can't be read
 */
export function openQueries(folder: string, sliceSize?: number): OpenQueries {
  const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true, timeout: 1000 });
  try {
    db.exec('pragma cache_size = -8000');
    const tag = String(metaOf(db, 'tag'));
    const index = new TextIndex(folder, tag, db, sliceSize);
    const close = () => {
      index.close();
      db.close();
    };
    return { queries: queriesOn(db, new Ids(tag), index), index, close };
  } catch (error) {
    db.close();
    throw error;
  }
}

function queriesOn(db: DatabaseSync, ids: Ids, index: TextIndex) {
  const statements = new Statements(db);
  const search = indexedSearchOn(statements, index);
  const executions = executionQueriesOn(statements, ids, search);
  const events = eventQueriesOn(statements, ids, search);
  const figures = figuresOn(statements);
  const waits = waitsOn(statements);
  const rows = rowsOn(statements, executions, events);
  const plans = replayPlansOn(rows);
  const emittable = emittablePlansOn(rows);
  return {
    executions: executions.page,
    execution: executions.details,
    events: events.page,
    event: (id: string) => {
      const event = events.details(id);
      return event && { ...event, executions: executions.ofEvent(event.seq) };
    },
    counts: () => ({ ...figures.counts(), ...waits.oldest(), indexing: isBehind(index) }),
    statistics: figures.statistics,
    health: figures.health,
    failureGroups: failureGroupsOn(statements),
    histogram: histogramOn(statements, executions),
    waits: waits.waits,
    failures: waits.failures,
    parkedCount: parkedCountOn(rows),
    replayCount: plans.count,
    replayBatch: plans.batch,
    emittableCount: emittable.count,
    emittableBatch: emittable.batch,
    missed: missedOn(rows),
    replays: () => statements.of(newestBulkRows).all().map(readBulkRow),
    handlerNumbers: figures.handlerNumbers,
  } satisfies LogAnswers & Readonly<Record<'handlerNumbers', unknown>>;
}

/** Where the index can't be kept, a search finds too little, but the counts hold. */
function isBehind(index: TextIndex): boolean {
  try {
    return index.behind;
  } catch {
    return true;
  }
}
