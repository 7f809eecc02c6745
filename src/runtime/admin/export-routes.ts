import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import {
  type ExecutionFilter,
  type ExecutionLog,
  everyPage,
  parseExecutionFilter,
} from '../../engine/store/log.ts';
import { NotFound } from '../../engine/words/errors.ts';
import type { ExecutionRow } from '../../engine/words/execution.ts';
import { filterSchema } from './operator-routes.ts';
import type { Routes } from './routes.ts';
import { spreadsheetCell } from './spreadsheet-cell.ts';

interface Ticket {
  readonly registry: string;
  readonly log: ExecutionLog;
  readonly filter: ExecutionFilter;
}

const bodySchema = z.strictObject({ filter: filterSchema.default({}) });

/** Ms that a link to an export is good for. */
const lifetime = 60_000;

/** What the file calls the properties of an `ExecutionRow`. */
const columns = {
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

/** The log as CSV: a link that a browser can follow, for one download within a minute. */
export function exportRoutes(routes: Routes): void {
  const tickets = new Map<string, Ticket>();

  routes.ask('/registries/:registry/exports', async (request) => {
    const { filter } = await request.body(bodySchema);
    const engine = request.engine();
    const ticket = { registry: engine.id, log: await engine.log(), filter: parseExecutionFilter(filter) };
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
      'content-disposition': `attachment; filename="executions-${ticket.registry}.csv"`,
      'cache-control': 'no-store',
    });
    // Whoever looks at a link before it is followed must not use it up.
    if (res.req.method === 'HEAD') return void res.end();
    tickets.delete(token);
    const csv = stringify({ header: true, columns, bom: true, cast: { string: spreadsheetCell } });
    await pipeline(rowsOf(ticket), csv, res).catch((error) => {
      // Who breaks a download off has no use for an answer, nor the log for the news.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });
}

/** Page by page: between two pages nothing is held in the journal. */
async function* rowsOf({ log, filter }: Ticket): AsyncGenerator<ExecutionRow> {
  for await (const page of everyPage(log, filter)) yield* page;
}
