import { strict as assert } from 'node:assert';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import pg from 'pg';
import type { CancelParked } from '../../../../src/engine/store/journal/work.ts';
import type { Journal } from '../../../../src/engine/store/journal.ts';
import type { Operation, Result } from '../../../../src/engine/store/sqlite/writer/protocol.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { PlainJournal } from '../../../support/journal-faults/plain-journal.ts';
import { type Batch, histories, operationsOf } from '../../../support/operation-history.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

const tables = {
  events: `select e.*, b.payload from events e join bodies b using(seq) order by seq`,
  executions: `select x.*, g.kind as failure_group from executions x
    left join failure_groups g on g.id = failure_group order by seq`,
  attempts: 'select * from attempts order by execution_seq, attempt',
  keys: 'select * from idempotency_keys order by key',
  askers: 'select * from askers order by execution_seq',
  touched: 'select seq from events where touched_at is not null order by touched_at',
};

describe('histories in PostgreSQL', () => {
  let client: pg.Client;
  let schemas = 0;

  before(async () => {
    client = new pg.Client({ connectionString: (await sharedPostgres()).url });
    await client.connect();
  });
  after(() => client.end());

  it('are answered for as in SQLite, and leave the same rows', async function () {
    this.timeout(600_000);
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        schemas += 1;
        const schema = `history_${schemas}`;
        const { url } = await sharedPostgres();
        const options = { now: () => 0, parkedFor: () => 'retry' as const, onTrouble: () => undefined };
        const store = await openPostgres(url, schema, { ...options, drawsAhead: false });
        const plain = new PlainJournal();
        try {
          for (const [number, batch] of history.entries()) await follow(batch, number, plain, store);
          await client.query(`set search_path = ${schema}`);
          for (const [name, sql] of Object.entries(tables))
            assert.deepEqual(await rowsOf(sql), plainRowsOf(plain.db, sql), name);
        } finally {
          await store.close();
          plain.close();
          await client.query(`drop schema ${schema} cascade`);
        }
      }),
      { numRuns: Number(process.env['HISTORIES'] ?? 10) },
    );
  });

  async function follow(batch: Batch, number: number, plain: PlainJournal, store: Store): Promise<void> {
    const steps = batch.steps.filter(({ kind }) => kind !== 'broken');
    const operations = operationsOf({ ...batch, steps }, plain.db, number).map(cancellingAll);
    if (operations.length === 0) return;
    const asked = await Promise.all(operations.map((one) => answerOf(store.journal, one)));
    assert.deepEqual(asked, plain.carryOut(operations).map(plainAnswer), JSON.stringify(operations));
  }

  async function rowsOf(sql: string): Promise<Rows> {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows.map((row) => normal(row));
  }
});

/** Which ones of many parked executions are cancelled, no journal says. */
function cancellingAll({ name, args }: Operation): Operation {
  return name === 'cancelParked'
    ? { name, args: [{ ...(args[0] as CancelParked), limit: 1000 }] }
    : { name, args };
}

async function answerOf(journal: Journal, { name, args }: Operation): Promise<unknown> {
  const operation = journal[name as keyof Journal] as (...given: readonly unknown[]) => Promise<unknown>;
  return operation(...args).then(
    (value) => plainAnswer({ value }),
    (error: Error) => error.message,
  );
}

/** Without what is undefined. */
function plainAnswer(result: Result): unknown {
  return 'value' in result ? JSON.parse(JSON.stringify(result.value ?? null)) : result.failure.kind;
}

function plainRowsOf(db: DatabaseSync, sql: string): Rows {
  const ofSqlite = sql.replace('e.*, b.payload from events e join bodies b using(seq)', 'e.* from events e');
  return db
    .prepare(ofSqlite)
    .all()
    .map((row) => normal(row));
}

/** Columns that are not the same by nature: when something was touched, and whose it is. */
const own = new Set(['touched_at', 'home', 'owner']);
const flags = new Set(['ordered', 'stop', 'blocked', 'stale', 'passed_by', 'unjudged']);

function normal(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(row).flatMap(([name, value]) => {
    if (own.has(name)) return [];
    if (flags.has(name)) return [[name, Boolean(value)]];
    return [[name, typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value]];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}
