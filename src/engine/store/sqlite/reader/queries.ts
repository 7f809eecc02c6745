import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Ids } from '../../../words/ids.ts';
import type { EventFilter, ExecutionFilter, ReplayBatchRequest, StatisticsRange } from '../../log.ts';
import { TextIndex } from '../search/text-index.ts';
import { Statements } from '../statements.ts';
import { EventQueries } from './event-queries.ts';
import { ExecutionQueries } from './execution-queries.ts';
import { Figures } from './figures.ts';
import { IndexedSearch } from './indexed-search.ts';
import type { Window } from './newest-first.ts';
import { ReplayPlans } from './replay-plans.ts';
import { replayRows } from './replay-rows.ts';

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
    const tag = String(db.prepare("select value from meta where key = 'tag'").get()?.['value']);
    const index = new TextIndex(folder, tag, db, sliceSize);
    return { queries: queriesOn(db, new Ids(tag), index), index, close: () => closeBoth(index, db) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function queriesOn(db: DatabaseSync, ids: Ids, index: TextIndex) {
  const statements = new Statements(db);
  const search = new IndexedSearch(statements, index);
  const executions = new ExecutionQueries(statements, ids, search);
  const events = new EventQueries(statements, ids, search);
  const figures = new Figures(statements);
  const plans = new ReplayPlans(statements, executions);
  return {
    executions: (filter: ExecutionFilter, window: Window) => executions.page(filter, window),
    execution: (id: string) => executions.details(id),
    events: (filter: EventFilter, window: Window) => events.page(filter, window),
    event: (id: string) => {
      const event = events.details(id);
      return event && { ...event, executions: executions.ofEvent(event.seq) };
    },
    counts: () => ({ ...figures.counts(), indexing: isBehind(index) }),
    statistics: (range: StatisticsRange) => figures.statistics(range),
    health: (handlers: readonly string[], since: number) => figures.health(handlers, since),
    replayCount: (filter: ExecutionFilter, callable: readonly string[]) => plans.count(filter, callable),
    replayBatch: (request: ReplayBatchRequest) => plans.batch(request),
    replays: () => replayRows(statements),
    handlerNumbers: () => figures.handlerNumbers(),
  };
}

/** Where the index can't be kept, a search finds too little, but the counts hold. */
function isBehind(index: TextIndex): boolean {
  try {
    return index.behind;
  } catch {
    return true;
  }
}

function closeBoth(index: TextIndex, db: DatabaseSync): void {
  index.close();
  db.close();
}
