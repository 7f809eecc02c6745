import { startNodeRed } from '../../../test/support/node-red.ts';
import { openPostgres, startPostgres } from '../../../test/support/postgres.ts';
import { registry, tab } from '../../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { load } from '../journal-load.ts';
import { against, type Measure, type Row, us } from '../measure.ts';
import { startReceiver } from '../receiver.ts';
import { alternate, goRound } from '../throughput/entrants.ts';
import { chain, concurrency } from '../throughput/flows.ts';
import { chains } from '../throughput/loads.ts';
import { graphileWorker, pgBoss } from './job-queues.ts';

const rounds = 4;
const roundMs = 3000;

/**
 * One instance with its store in PostgreSQL, which syncs what it commits and has the same cores: beside one with its
 * store in SQLite, and its journal beside queues of jobs.
 */
export const postgres: Measure = {
  name: 'postgres',
  async run() {
    const server = await startPostgres();
    try {
      return [...(await onTheCanvas(server.url)), ...(await besideQueues(server.url))];
    } finally {
      await server.stop('fast');
    }
  },
};

async function onTheCanvas(url: string): Promise<Row[]> {
  const receiver = await startReceiver();
  const started = (settings: object) =>
    startNodeRed({
      userDir: temporaryFolder('provisioning-bench-'),
      flows: [tab, registry({ concurrency }), ...[1, 3].flatMap((handlers) => chain(receiver.url, handlers))],
      settings: { provisioning: settings },
    });
  const [inSqlite, inPostgres] = await Promise.all([
    started({}),
    started({ postgres: { connectionString: url } }),
  ]);
  try {
    const through = (nodeRed: typeof inSqlite, name: 'one' | 'three') => () =>
      goRound({ nodeRed, receiver }, String(chains[name].handlers), chains[name], chains[name].handlers);
    const taken = await alternate(rounds, {
      one: through(inPostgres, 'one'),
      oneInSqlite: through(inSqlite, 'one'),
      three: through(inPostgres, 'three'),
      threeInSqlite: through(inSqlite, 'three'),
    });
    const pairs = (name: 'one' | 'three', what: 'perSecond' | 'cpu') =>
      taken.map((round) => ({ ours: round[name][what], theirs: round[`${name}InSqlite`][what] }));
    return [
      against('events through a 1-handler chain, PostgreSQL', 'SQLite', pairs('one', 'perSecond'), {
        least: 0.4,
      }),
      against('events through a 3-handler chain, PostgreSQL', 'SQLite', pairs('three', 'perSecond')),
      against("Node-RED's CPU an event, 1 handler, PostgreSQL", 'SQLite', pairs('one', 'cpu'), null, us),
    ];
  } finally {
    await Promise.all([inSqlite.stop(), inPostgres.stop()]);
    receiver.end();
  }
}

async function besideQueues(url: string): Promise<Row[]> {
  const store = await openPostgres(url, 'bench');
  store.journal.onWork(() => undefined);
  const rivals = { 'pg-boss': await pgBoss(url), 'graphile-worker': await graphileWorker(url) };
  const entrants = {
    async ours() {
      const { events, ms } = await load(store.journal, roundMs);
      return (1000 * events) / ms;
    },
    'pg-boss': () => rivals['pg-boss'].run(roundMs),
    'graphile-worker': () => rivals['graphile-worker'].run(roundMs),
  };
  try {
    const taken = await alternate(rounds, entrants);
    return (['pg-boss', 'graphile-worker'] as const).map((rival) =>
      against(
        'events through the journal in PostgreSQL: accepted, taken, ended',
        `${rival}: jobs inserted, fetched, completed`,
        taken.map((round) => ({ ours: round.ours, theirs: round[rival] })),
        { least: 3 },
      ),
    );
  } finally {
    await Promise.all([store.close(), ...Object.values(rivals).map((rival) => rival.end())]);
  }
}
