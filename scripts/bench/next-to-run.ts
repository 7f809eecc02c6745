import type { DatabaseSync } from 'node:sqlite';
import { operationsOn } from '../../src/engine/store/sqlite/writer/operations.ts';
import { openJournal } from '../../test/support/filled-journal.ts';
import { openPostgres } from '../../test/support/postgres.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { atMost, type Measure, ms, quantile, type Row } from './measure.ts';
import { filledInPostgres, leaveTexts } from './postgres/in-postgres.ts';
import { addParkedEvents } from './waiting-events.ts';

const asked = 500;
const handler = 'handler';

/** How the journal finds what may run next among what may not: the writer's own operations, without the commit. */
export const nextToRun: Measure = {
  name: 'next-to-run',
  async run() {
    const blocked = 100_000;
    const db = openJournal(temporaryFolder('provisioning-bench-'));
    db.exec('begin');
    fill(db, blocked);
    db.exec('commit; pragma optimize; begin');
    const operations = operationsOn(db, { drafts: false });
    const start = (last?: number) => operations.startParked(handler, 1, Date.now(), last);
    const rows = await rowsOf(start, `${blocked.toLocaleString('en-US')} blocked`, 1);
    db.exec('rollback');
    db.close();
    return rows;
  },
};

/** The same in PostgreSQL: whole operations of the journal, each committed. */
export const nextToRunInPostgres: Measure = {
  name: 'next-to-run-postgres',
  async run() {
    const blocked = 1_000_000;
    const place = await filledInPostgres('parked', (db) => fill(db, blocked));
    await leaveTexts(place);
    const { journal, close } = await openPostgres(place.url, place.schema);
    journal.onWork(() => undefined);
    const start = (last?: number) => journal.startParked(handler, 1, Date.now(), last);
    const rows = await rowsOf(start, `${blocked.toLocaleString('en-US')} blocked in PostgreSQL`, 5);
    await close();
    return rows;
  },
};

function fill(db: DatabaseSync, blocked: number): void {
  addParkedEvents(db, { handler, count: blocked, wait: 'behind' });
  addParkedEvents(db, { handler, count: asked * 4, wait: { until: 1 } });
}

interface Batch {
  readonly started: readonly unknown[];
}

async function rowsOf(
  start: (last?: number) => Batch | Promise<Batch>,
  among: string,
  limit: number,
): Promise<Row[]> {
  // Once unmeasured: what was filled in a minute is in no cache, and after a checkpoint each page is logged whole once.
  await timed(() => start());
  await timed(() => start(0));
  const parked = await timed(() => start());
  const probes = await timed(() => start(0));
  return [
    atMost(`what runs next, ${among}, p95`, parked, limit, ms),
    atMost('which one probes next, the same, p95', probes, limit, ms),
  ];
}

async function timed(start: () => Batch | Promise<Batch>): Promise<number> {
  const times: number[] = [];
  while (times.length < asked) {
    const began = performance.now();
    const { started } = await start();
    if (started.length !== 1) throw new Error('there is one that may run, and it was not found');
    times.push(performance.now() - began);
  }
  return quantile(times, 0.95);
}
