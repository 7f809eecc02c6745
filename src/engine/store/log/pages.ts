import type { Page } from '../../words/admin-answers.ts';
import type { EventRow, ExecutionRow } from '../../words/execution.ts';
import type { ExecutionLog } from '../log.ts';
import type { EventFilter, ExecutionFilter, PageRequest } from './filter.ts';

/** All executions that match, newest first, a page at a time, so that no long read holds the journal. */
export function everyPage(
  log: Pick<ExecutionLog, 'executions'>,
  filter: ExecutionFilter,
  limit = 500,
): AsyncGenerator<readonly ExecutionRow[], void> {
  return pagesOf((page) => log.executions(filter, page), limit);
}

/** The same of events. */
export function everyPageOfEvents(
  log: Pick<ExecutionLog, 'events'>,
  filter: EventFilter,
): AsyncGenerator<readonly EventRow[], void> {
  return pagesOf((page) => log.events(filter, page), 500);
}

async function* pagesOf<Row>(
  read: (page: PageRequest) => Promise<Page<Row>>,
  limit: number,
): AsyncGenerator<readonly Row[], void> {
  let cursor: string | null = null;
  do {
    const page: Page<Row> = await read({ limit, ...(cursor !== null && { cursor }) });
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
