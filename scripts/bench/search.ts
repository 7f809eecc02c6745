import { beginning } from '../../test/support/filled-journal.ts';
import {
  type FlowNode,
  type NodeRed,
  type NodeRedOptions,
  startNodeRed,
} from '../../test/support/node-red.ts';
import { registry, tab } from '../../test/support/provisioning-flow.ts';
import { fullInPostgres, fullJournalCopy, onFullRows, onFullRowsInPostgres } from './full-journal.ts';
import { atMost, type Measure, median, ms, quantile, type Row } from './measure.ts';
import { loopDelayOf, processFacts } from './process-facts.ts';

const rounds = 10;

const filters = [
  '',
  'status=succeeded',
  'status=failed',
  'status=skipped',
  'status=unresolved',
  'status=unresolved,parked&handler=crm',
  'status=unresolved&eventType=clients.archive',
  'handler=crm',
  'handler=crm&status=failed',
  'handler=nobody',
  'eventType=clients.archive',
  'eventType=clients.update&status=parked',
  'eventType=clients.archive&handler=crm&status=cancelled',
  'code=418',
  'code=503&eventType=clients.archive',
  'code=5xx&handler=crm',
  'code=none&minDurationMs=100000',
  'minDurationMs=900',
  'minDurationMs=100000&handler=crm',
  'kind=HTTP%20503',
  'kind=HTTP%20500&handler=crm&eventType=clients.archive',
  'objectId=4711',
  'objectId=4711&handler=dwh&status=failed',
  'from=2026-01-02&to=2026-01-03',
  'from=2026-01-02&to=2026-01-03&handler=mailer&status=succeeded',
];
const texts = [
  'text=anna',
  'text=petrova77',
  'text=service%20unavailable',
  'text=acc',
  'text=acc-2026-000123',
  'text=suspended%20rossi',
  'text=anna%20weber%20active',
  'text=olga&status=failed',
  'text=10.2.7&handler=crm',
  'text=ok&handler=nobody',
  'text=nosuchword',
];
const eventFilters = [
  '',
  'status=waiting',
  'status=failed,parked',
  'eventType=clients.archive&status=failed',
  'eventType=clients.none&status=succeeded',
  'objectId=4711',
  'from=2026-01-02&to=2026-01-03',
];

interface Searched {
  readonly name: string;
  readonly on: string;
  /** Ms that a search takes at most. */
  readonly byFilter: number;
  readonly byText: number;
  /** Where a Node-RED finds the log. */
  readonly place: () => Promise<Pick<NodeRedOptions, 'userDir' | 'settings'>>;
}

/** Searches of the log by the admin API, as the tab makes them. */
export const search = searchIn({
  name: 'search',
  on: onFullRows,
  byFilter: 50,
  byText: 300,
  place: async () => ({ userDir: (await fullJournalCopy()).userDir }),
});

export const searchInPostgres = searchIn({
  name: 'search-postgres',
  on: onFullRowsInPostgres,
  byFilter: 100,
  byText: 500,
  place: async () => ({ settings: { ...(await fullInPostgres()).settings } }),
});

function searchIn({ name, on, byFilter, byText, place }: Searched): Measure {
  return {
    name,
    async run() {
      const flows: FlowNode[] = [tab, registry({ retentionDays: 0, retentionEvents: 0 }), ...processFacts()];
      const nodeRed = await startNodeRed({ ...(await place()), flows });
      try {
        const pages = await pagesOf(nodeRed);
        await loopDelayOf(nodeRed);
        const filter = await searchedBy(nodeRed, pages(filters, eventFilters));
        const text = await searchedBy(nodeRed, pages(texts));
        const delay = await loopDelayOf(nodeRed);
        const figures = await searchedBy(nodeRed, await figuresOf(nodeRed));
        return [
          row(`log search by filter ${on}, p95`, filter, byFilter),
          row(`log search by text ${on}, p95`, text, byText),
          atMost('event-loop delay meanwhile, p99', delay, 20, ms),
          row(`figures of the overview ${on}, p95`, figures),
        ];
      } finally {
        await nodeRed.kill9();
      }
    },
  };
}

function row(measure: string, { p95, slowest }: Taken, limit?: number): Row {
  const rival = `slowest: ${slowest.path || 'no filter'}, ${ms(slowest.median)}`;
  return limit === undefined ? { measure, value: ms(p95), rival } : atMost(measure, p95, limit, ms, rival);
}

/** Of lists by these filters the first page, and those after half of the log and after nearly all of it. */
async function pagesOf(nodeRed: NodeRed) {
  const [newest] = (await page(nodeRed, 'executions?limit=1')).items;
  const length = Date.parse(newest?.startedAt ?? '') - beginning;
  const afterThese = async (list: string) => [
    '',
    ...(await Promise.all(
      [0.5, 0.98].map(async (share) => {
        const to = new Date(beginning + length * (1 - share)).toISOString();
        return `&cursor=${(await page(nodeRed, `${list}?limit=1&to=${to}`)).nextCursor}`;
      }),
    )),
  ];
  const places = { executions: await afterThese('executions'), events: await afterThese('events') };
  const of = (list: keyof typeof places, filter: string) =>
    places[list].map((place) => `registries/registry/${list}?limit=50&${filter}${place}`);
  return (executions: readonly string[], events: readonly string[] = []) => [
    ...executions.flatMap((filter) => of('executions', filter)),
    ...events.flatMap((filter) => of('events', filter)),
  ];
}

/** What the overview asks for: of the last hour, of a day, and of all. */
async function figuresOf(nodeRed: NodeRed): Promise<readonly string[]> {
  const [newest] = (await page(nodeRed, 'executions?limit=1')).items;
  const to = Date.parse(newest?.startedAt ?? '');
  const ranges = [3_600_000, 86_400_000, to - beginning].map((length) => {
    const step = Math.ceil(length / 60_000);
    return `from=${new Date(to - length).toISOString()}&to=${new Date(to).toISOString()}&step=${step}`;
  });
  const ofRegistry = ['stats', 'failures', 'histogram'].flatMap((what) =>
    ranges.map((range) => `registries/registry/${what}?${range}`),
  );
  return ['registries', 'registries/registry/handlers', ...ofRegistry];
}

interface Page {
  readonly items: readonly { readonly startedAt: string }[];
  readonly nextCursor: string | null;
}

function page(nodeRed: NodeRed, list: string): Promise<Page> {
  return nodeRed.get<Page>(`provisioning/registries/registry/${list}`);
}

interface Taken {
  readonly p95: number;
  /** What took longest, as a rule. */
  readonly slowest: { readonly path: string; readonly median: number };
}

/** What these take, once their pages of the file have been read. */
async function searchedBy(nodeRed: NodeRed, paths: readonly string[]): Promise<Taken> {
  const times = new Map<string, number[]>(paths.map((path) => [path, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [path, taken] of times) {
      const began = performance.now();
      await nodeRed.get(`provisioning/${path}`);
      if (round > 0) taken.push(performance.now() - began);
    }
  }
  const medians = Array.from(times, ([path, taken]) => ({
    path: path.replace(/^registries\/registry\//, ''),
    median: median(taken),
  }));
  const slowest = medians.reduce((most, one) => (one.median > most.median ? one : most));
  return { p95: quantile([...times.values()].flat(), 0.95), slowest };
}
