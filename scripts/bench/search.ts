import { type FlowNode, type NodeRed, startNodeRed } from '../../test/support/node-red.ts';
import { registry, tab } from '../../test/support/provisioning-flow.ts';
import { fullJournalCopy, onFullRows } from './full-journal.ts';
import { atMost, type Measure, median, ms, quantile, type Row } from './measure.ts';
import { loopDelayOf, processFacts } from './process-facts.ts';

const rounds = 10;

const filters = [
  '',
  'status=failed',
  'status=unresolved',
  'status=unresolved,parked&handler=crm',
  'status=unresolved&eventType=clients.archive',
  'handler=crm',
  'handler=crm&status=failed',
  'eventType=clients.archive',
  'eventType=clients.update&status=parked',
  'code=418',
  'code=5xx&handler=crm',
  'code=none&minDurationMs=100000',
  'objectId=4711',
  'objectId=4711&handler=dwh&status=failed',
  'from=2026-01-02&to=2026-01-03',
  'from=2026-01-02&to=2026-01-03&handler=mailer&status=succeeded',
];
const texts = [
  'text=anna',
  'text=petrova77',
  'text=service%20unavailable',
  'text=acc-2026-000123',
  'text=suspended%20rossi',
  'text=olga&status=failed',
  'text=10.2.7&handler=crm',
  'text=nosuchword',
];

/** Searches of the log by the admin API, as the tab makes them. */
export const search: Measure = {
  name: 'search',
  async run() {
    const { userDir } = await fullJournalCopy();
    const flows: FlowNode[] = [tab, registry({ retentionDays: 0, retentionEvents: 0 }), ...processFacts()];
    const nodeRed = await startNodeRed({ userDir, flows });
    try {
      return await searched(nodeRed);
    } finally {
      await nodeRed.kill9();
    }
  },
};

async function searched(nodeRed: NodeRed): Promise<Row[]> {
  await loopDelayOf(nodeRed);
  const filter = await searchedBy(nodeRed, filters);
  const text = await searchedBy(nodeRed, texts);
  const delay = await loopDelayOf(nodeRed);
  return [
    atMost(
      `log search by filter ${onFullRows}, p95`,
      filter.p95,
      50,
      ms,
      `slowest: ${filter.slowest || 'no filter'}`,
    ),
    atMost(`log search by text ${onFullRows}, p95`, text.p95, 300, ms, `slowest: ${text.slowest}`),
    atMost('event-loop delay meanwhile, p99', delay, 20, ms),
  ];
}

interface Searched {
  readonly p95: number;
  /** The query that took longest, as a rule. */
  readonly slowest: string;
}

/** What a search by these takes, once its pages of the file have been read. */
async function searchedBy(nodeRed: NodeRed, queries: readonly string[]): Promise<Searched> {
  const times = new Map<string, number[]>(queries.map((query) => [query, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [query, taken] of times) {
      const began = performance.now();
      await nodeRed.get(`provisioning/registries/registry/executions?limit=50&${query}`);
      if (round > 0) taken.push(performance.now() - began);
    }
  }
  const [slowest = ''] = [...times].sort(([, a], [, b]) => median(b) - median(a)).map(([query]) => query);
  return { p95: quantile([...times.values()].flat(), 0.95), slowest };
}
