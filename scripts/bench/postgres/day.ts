import { Pruning } from '../../../src/engine/delivery/pruning.ts';
import type { Journal } from '../../../src/engine/store/journal.ts';
import { Connection } from '../../../src/engine/store/postgres/connection.ts';
import { registryConfigSchema } from '../../../src/engine/words/registry-config.ts';
import { systemTime } from '../../../src/engine/words/time.ts';
import { openPostgres, sharedPostgres } from '../../../test/support/postgres.ts';
import { type Load, load } from '../journal-load.ts';
import { mb, quantile } from '../measure.ts';
import { trendOf } from '../trend.ts';
import { sizesIn, type TableSize, together } from './sizes.ts';

// node scripts/bench/postgres/day.ts [MINUTES]: two days' load of a store in PostgreSQL in so many minutes.
const minutes = Number(process.argv[2] ?? 10);
if (!(minutes > 0)) throw new Error('MINUTES is to be a number above 0');

const schema = 'day';
const keptEvents = 20_000;
const sampleMs = 15_000;
/** Keys are kept for a day: they are pruned from the middle on. */
const simulated = 2 * 24 * 60 * 60 * 1000;

interface Sample {
  readonly minute: number;
  readonly loaded: Load;
  /** Ms of each step of retention, since the last sample. */
  readonly steps: readonly number[];
  readonly sizes: ReadonlyMap<string, TableSize>;
}

const { url } = await sharedPostgres();
const store = await openPostgres(url, schema);
store.journal.onWork(() => undefined);
const connection = await Connection.open({ connectionString: url }, schema);
const began = performance.now();
const midnight = Date.now();
const now = () => Math.round(midnight + ((performance.now() - began) / (minutes * 60_000)) * simulated);
let steps: number[] = [];
const pruning = new Pruning({
  journal: { prune },
  time: { ...systemTime, now },
  config: () => registryConfigSchema.parse({ id: 'day', retentionDays: 0, retentionEvents: keptEvents }),
  onError: (error) => console.error(error),
});

const samples: Sample[] = [];
const tables = ['events', 'executions', 'bodies', 'texts', 'attempts', 'idempotency_keys'];
const columns = [
  'minute',
  'events/s',
  'wait p99, ms',
  'step p50, ms',
  'step max, ms',
  ...tables.flatMap((table) => [table, 'indexes']),
  'all',
  'dead rows',
  'vacuums',
];
console.log(`| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`);
while (performance.now() - began < minutes * 60_000) {
  const loaded = await load(store.journal, sampleMs, { now, keyed: true, oneFailsOf: 50 });
  const minute = (performance.now() - began) / 60_000;
  samples.push({ minute, loaded, steps, sizes: await sizesIn(connection, schema) });
  steps = [];
  print(samples.at(-1) as Sample);
}
pruning.stop();
printTrends(samples.slice(Math.floor(samples.length / 2)));
await store.close();
await connection.close();
process.exit(0);

async function prune(asked: Parameters<Journal['prune']>[0]): ReturnType<Journal['prune']> {
  const done = await store.journal.prune(asked);
  steps.push(done.ms);
  return done;
}

function print({ minute, loaded, steps: taken, sizes }: Sample): void {
  const all = together(sizes.values());
  const cells = [
    minute.toFixed(1),
    Math.round((1000 * loaded.events) / loaded.ms),
    quantile(loaded.waits, 0.99).toFixed(0),
    taken.length > 0 ? quantile(taken, 0.5).toFixed(1) : '-',
    taken.length > 0 ? Math.max(...taken).toFixed(0) : '-',
    ...tables.flatMap((table) => [mb(sizes.get(table)?.rows ?? 0), mb(sizes.get(table)?.indexes ?? 0)]),
    mb(all.rows + all.indexes),
    all.dead.toLocaleString('en-US'),
    all.vacuums,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

function printTrends(later: readonly Sample[]): void {
  console.log('\nchange in the second half, an hour (95 %):');
  const trend = (what: string, measured: (size: TableSize) => number, unit = 2 ** 20) => {
    const points = later.map(({ minute, sizes }) => ({
      minute,
      value: measured(together(sizes.values())) / unit,
    }));
    const { perHour, margin } = trendOf(points);
    console.log(`  ${what}: ${perHour.toFixed(1)} ± ${margin.toFixed(1)}`);
  };
  trend('tables, MB', ({ rows }) => rows);
  trend('indexes, MB', ({ indexes }) => indexes);
  trend('dead rows', ({ dead }) => dead, 1);
}
