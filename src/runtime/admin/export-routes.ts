import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import {
  type ExecutionLog,
  everyPage,
  everyPageOfEvents,
  parseEventFilter,
  parseExecutionFilter,
} from '../../engine/store/log.ts';
import { NotFound } from '../../engine/words/errors.ts';
import { filterSchema } from './operator-routes.ts';
import type { Routes } from './routes.ts';
import { spreadsheetCell } from './spreadsheet-cell.ts';

interface Ticket {
  readonly registry: string;
  readonly list: List;
  readonly pages: Pages;
}

type List = 'executions' | 'events';
type Pages = AsyncGenerator<readonly object[], void>;

const bodySchema = z.strictObject({
  list: z.enum(['executions', 'events'], { error: 'must be "executions" or "events"' }).default('executions'),
  filter: filterSchema.default({}),
});

/** Ms that a link to an export is good for. */
const lifetime = 60_000;

/** What the file calls the properties of an `ExecutionRow`. */
const executionColumns = {
  id: 'ID',
  status: 'Status',
  startedAt: 'Date',
  eventType: 'Event',
  eventId: 'Event ID',
  'handler.name': 'Handler',
  'handler.number': 'Handler number',
  target: 'Target',
  objectId: 'Object ID',
  attempts: 'Attempts',
  code: 'Code',
  durationMs: 'Duration (ms)',
  response: 'Response Data',
  error: 'Error',
  nextAttemptAt: 'Next attempt',
  replayOf: 'Replay of',
  'replayedAs.id': 'Replayed as',
  'replayedAs.status': 'Status of the replay',
};

/** And those of an `EventRow`. */
const eventColumns = {
  id: 'ID',
  status: 'Status',
  acceptedAt: 'Accepted',
  settledAt: 'Settled',
  eventType: 'Event',
  objectId: 'Object ID',
  node: 'Event node',
};

const columnsOf: Readonly<Record<List, Readonly<Record<string, string>>>> = {
  executions: executionColumns,
  events: eventColumns,
};

/** What is asked for, page by page: between two pages nothing is held in the journal. @throws InvalidInput */
function pagesOf(log: ExecutionLog, list: List, filter: unknown): Pages {
  return list === 'events'
    ? everyPageOfEvents(log, parseEventFilter(filter))
    : everyPage(log, parseExecutionFilter(filter));
}

/** The log, or the list of events, as CSV: a link that a browser can follow, for one download within a minute. */
export function exportRoutes(routes: Routes): void {
  const tickets = new Map<string, Ticket>();

  routes.ask('/registries/:registry/exports', async (request) => {
    const { list = 'executions', filter } = await request.body(bodySchema);
    const engine = request.engine();
    const ticket = { registry: engine.id, list, pages: pagesOf(await engine.log(), list, filter) };
    const token = randomBytes(24).toString('base64url');
    tickets.set(token, ticket);
    setTimeout(() => tickets.delete(token), lifetime).unref();
    return { url: routes.url(`/exports/${token}`) };
  });

  routes.unguardedText('/exports/:token', async (request, res) => {
    const token = request.param('token');
    const ticket = tickets.get(token);
    if (!ticket) throw new NotFound('this link was used already, or is older than a minute: export again');
    res.writeHead(200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${ticket.list}-${ticket.registry}.csv"`,
      'cache-control': 'no-store',
    });
    // Whoever looks at a link before it is followed must not use it up.
    if (res.req.method === 'HEAD') return void res.end();
    tickets.delete(token);
    const columns = columnsOf[ticket.list];
    const csv = stringify({ header: true, columns, bom: true, cast: { string: spreadsheetCell } });
    await pipeline(rowsOf(ticket.pages), csv, res).catch((error) => {
      // Who breaks a download off has no use for an answer, nor the log for the news.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });
}

async function* rowsOf(pages: Pages): AsyncGenerator<object> {
  for await (const page of pages) yield* page;
}
