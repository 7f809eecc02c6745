import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import { type ExecutionFilter, type ExecutionLog, parseExecutionFilter } from '../../engine/store/log.ts';
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
const pageSize = 500;

const columns = [
  ['ID', (row: ExecutionRow) => row.id],
  ['Status', (row: ExecutionRow) => row.status],
  ['Date', (row: ExecutionRow) => row.startedAt],
  ['Event', (row: ExecutionRow) => row.eventType],
  ['Event ID', (row: ExecutionRow) => row.eventId],
  ['Handler', (row: ExecutionRow) => row.handler.name],
  ['Handler number', (row: ExecutionRow) => row.handler.number],
  ['Target', (row: ExecutionRow) => row.target],
  ['Object ID', (row: ExecutionRow) => row.objectId],
  ['Attempts', (row: ExecutionRow) => row.attempts],
  ['Code', (row: ExecutionRow) => row.code],
  ['Duration (ms)', (row: ExecutionRow) => row.durationMs],
  ['Response Data', (row: ExecutionRow) => row.response],
  ['Error', (row: ExecutionRow) => row.error],
  ['Next attempt', (row: ExecutionRow) => row.nextAttemptAt],
  ['Replay of', (row: ExecutionRow) => row.replayOf],
] as const;

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
    const csv = stringify({ header: true, columns: columns.map(([name]) => name), bom: true });
    await pipeline(cellsOf(ticket), csv, res);
  });
}

/** Page by page: between two pages nothing is held in the journal. */
async function* cellsOf({ log, filter }: Ticket): AsyncGenerator<unknown[]> {
  let cursor: string | undefined;
  do {
    const page = await log.executions(filter, { limit: pageSize, cursor });
    for (const row of page.items) yield columns.map(([, cellOf]) => spreadsheetCell(cellOf(row)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
