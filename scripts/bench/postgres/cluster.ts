import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import pg from 'pg';
import { openPostgres, startPostgres } from '../../../test/support/postgres.ts';
import { load } from '../journal-load.ts';
import { cpuSeconds } from '../process-facts.ts';

// npm run bench:cluster: what an event takes of Node.js and of PostgreSQL, with one, two and three journals on one
// registry. A process of its own is each of them, with 64 events in flight, each event of another object.
const ms = 15_000;
const warmUp = 3000;

interface Told {
  readonly events: number;
  /** Seconds of processor time. */
  readonly cpu: number;
}

const [role, url = '', schema = '', place = '0'] = process.argv.slice(2);
if (role === 'journal') await journal();
else await measure();
process.exit(0);

async function journal(): Promise<void> {
  const store = await openPostgres(url, schema);
  const first = (Number(place) + 1) * 1e9;
  await load(store.journal, warmUp, { firstObject: first });
  const { user, system } = process.cpuUsage();
  process.send?.('warm');
  const { events } = await load(store.journal, ms, { firstObject: first + 1e8 });
  const used = process.cpuUsage({ user, system });
  process.send?.({ events, cpu: (used.user + used.system) / 1e6 } satisfies Told);
  await store.close();
}

async function measure(): Promise<void> {
  console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}), Node.js ${process.version}`);
  for (const count of [1, 2, 3]) {
    const postgres = await startPostgres();
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query('select version(), pg_backend_pid() as pid');
    if (count === 1) console.log(rows[0].version);
    const server = parentOf(rows[0].pid);
    const journals = Array.from({ length: count }, (_, n) =>
      fork(import.meta.filename, ['journal', postgres.url, 'bench', String(n)]),
    );
    await Promise.all(journals.map((one) => once(one, 'message')));
    const before = await cpuSeconds(server);
    const told = await Promise.all(
      journals.map(async (one): Promise<Told> => (await once(one, 'message'))[0] as Told),
    );
    const ofServer = (await cpuSeconds(server)) - before;
    const events = told.reduce((sum, one) => sum + one.events, 0);
    const ofNode = told.reduce((sum, { cpu }) => sum + cpu, 0);
    const each = (seconds: number) => `${Math.round((seconds * 1e6) / events)} µs`;
    console.log(
      `${count}: ${Math.round((events * 1000) / ms)} events/s; of each: Node.js ${each(ofNode)}, PostgreSQL ${each(ofServer)}`,
    );
    await client.end();
    await Promise.all(journals.map((one) => one.exitCode ?? once(one, 'exit')));
    await postgres.stop('fast');
  }
}

/** @see proc_pid_stat(5): the 4th field, where the second one is in brackets */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
