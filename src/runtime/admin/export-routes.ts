import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import type { Engine } from '../../engine/engine.ts';
import { parseEventFilter, parseExecutionFilter } from '../../engine/store/log/filter.ts';
import { everyPage, everyPageOfEvents } from '../../engine/store/log/pages.ts';
import type { ExecutionLog } from '../../engine/store/log.ts';
import { NotFound } from '../../engine/words/errors.ts';
import { nodeIdSchema } from '../../engine/words/handler.ts';
import { notEmpty, upTo } from '../../engine/words/lengths.ts';
import { filterSchema } from '../operations/filter-schema.ts';
import type { Routes } from './routes.ts';
import { spreadsheetCell } from './spreadsheet-cell.ts';

/** A registry whose rows are exported. */
interface Source {
  readonly id: string;
  readonly name: string;
  readonly pages: Pages;
}

interface Ticket {
  readonly list: List;
  readonly sources: readonly Source[];
}

type List = 'executions' | 'events';
type Pages = AsyncGenerator<readonly object[], void>;

const bodySchema = z.strictObject({
  list: z.enum(['executions', 'events'], { error: 'must be "executions" or "events"' }).default('executions'),
  filter: filterSchema.default({}),
});

const severalSchema = bodySchema.extend({
  registries: z
    .array(nodeIdSchema, { error: 'must be a list of ids of registries' })
    .refine(notEmpty, 'must name one at least')
    .refine(upTo(1000), 'must name 1000 at most'),
});

type Asked = z.output<typeof bodySchema>;

/** Ms that a link to an export is good for. */
const lifetime = 60_000;

/** What the file calls the properties of an `ExecutionRow`. */
const executionColumns = {
  registry: 'Registry',
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
  registry: 'Registry',
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

/** The log, or the list of events, of one registry or of several in one file, as CSV: a link for one download within a minute. */
export function exportRoutes(routes: Routes): void {
  const tickets = new Map<string, Ticket>();

  async function linkTo(engines: readonly Engine[], { list = 'executions', filter }: Asked) {
    const sources = await Promise.all(
      engines.map(async (engine) => ({
        id: engine.id,
        name: engine.config.name || engine.id,
        pages: pagesOf(await engine.log(), list, filter),
      })),
    );
    const token = randomBytes(24).toString('base64url');
    tickets.set(token, { list, sources });
    setTimeout(() => tickets.delete(token), lifetime).unref();
    return { url: routes.url(`/exports/${token}`) };
  }

  routes.ask('/exports', async (request) => {
    const { registries, ...asked } = await request.body(severalSchema);
    const engines = [...new Set(registries)].map((id) => request.engine(id));
    return linkTo(engines, asked);
  });

  routes.ask('/registries/:registry/exports', async (request) => {
    const asked = await request.body(bodySchema);
    return linkTo([request.engine()], asked);
  });

  routes.unguardedText('/exports/:token', async (request, res) => {
    const token = request.param('token');
    const ticket = tickets.get(token);
    if (!ticket) throw new NotFound('this link was used already, or is older than a minute: export again');
    res.writeHead(200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${fileOf(ticket, new Date())}"`,
      'cache-control': 'no-store',
    });
    // Whoever looks at a link before it is followed must not use it up.
    if (res.req.method === 'HEAD') return void res.end();
    tickets.delete(token);
    const columns = columnsOf[ticket.list];
    const csv = stringify({ header: true, columns, bom: true, cast: { string: spreadsheetCell } });
    await pipeline(rowsOf(ticket.sources), csv, res).catch((error) => {
      // Who breaks a download off has no use for an answer, nor the log for the news.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });
}

/** `<list>-<registry, or all>-<date and time, UTC>.csv`, of letters that every file system and header can hold. */
function fileOf({ list, sources }: Ticket, now: Date): string {
  const [only, ...others] = sources;
  const registry = only && others.length === 0 ? plain(only.name) || plain(only.id) : 'all';
  return `${list}-${registry}-${now.toISOString().slice(0, 16).replace(':', '')}Z.csv`;
}

function plain(name: string): string {
  const letters = name.normalize('NFKD').replace(/\p{M}/gu, '');
  return letters
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
}

/** Registry after registry. */
async function* rowsOf(sources: readonly Source[]): AsyncGenerator<object> {
  for (const { name, pages } of sources)
    for await (const page of pages) for (const row of page) yield { registry: name, ...row };
}
