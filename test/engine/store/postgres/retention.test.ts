import { strict as assert } from 'node:assert';
import type { Prune } from '../../../../src/engine/store/journal.ts';
import { Connection } from '../../../../src/engine/store/postgres/connection.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { aLink, anEvent, aPass, aTake, succeeded } from '../store-contract.ts';

const at = 1_700_000_000_000;
const all: Prune = { settledBefore: at + 1, keepSettled: null, keysBefore: 0, forMs: 0 };

describe('retention in PostgreSQL', () => {
  let schema: string;
  let schemas = 0;
  let store: Store;
  let other: Connection;

  beforeEach(async () => {
    const { url } = await sharedPostgres();
    schemas += 1;
    schema = `retention_${schemas}`;
    store = await openPostgres(url, schema, { pollPause: 60_000 });
    store.journal.onWork(() => undefined);
    other = await Connection.open({ connectionString: url }, schema);
  });
  afterEach(async () => {
    await other.query('rollback');
    await store.close();
    await other.query(`drop schema ${schema} cascade`);
    await other.close();
  });

  async function settle(object: number): Promise<number> {
    const { journal } = store;
    const taken = await journal.take(aTake(anEvent(object), { links: [aLink('a')] }));
    assert.ok(taken.outcome === 'taken');
    const change = succeeded(taken.chain[0] ?? 0);
    await journal.endTurn({ event: taken.seq, change, pass: aPass({ plain: true }), at, emit: false });
    return taken.seq;
  }
  const settleAll = (objects: readonly number[]) => Promise.all(objects.map(settle));
  const count = async (table: string) =>
    Number((await other.query(`select count(*) as n from ${table}`))[0]?.['n']);

  it('deletes so many executions in a step, or all of one event, and goes on with the next', async () => {
    await settleAll(Array.from({ length: 8 }, (_, n) => n));
    const copied = `insert into executions select (jsonb_populate_record(x, jsonb_build_object('seq', 1000000 + x.seq * 1000 + n))).*
      from executions x, generate_series(1, 400) n`;
    await other.query(copied);
    assert.equal(await count('executions'), 8 * 401);
    const steps = [];
    for (let more = true; more; ) {
      const step = await store.journal.prune(all);
      steps.push(step.pruned);
      more = step.more;
    }
    assert.deepEqual(steps, [3, 3, 2]);
    assert.deepEqual(await Promise.all(['events', 'executions', 'bodies'].map(count)), [0, 0, 0]);
  });

  it('leaves for the next time whatever somebody is at, and waits for nobody', async () => {
    const [row = 0, lane, free] = await settleAll([1, 2, 3]);
    assert.ok(lane !== undefined && free !== undefined);
    await other.query('begin');
    await other.query('select from events where seq = $1 for update', [row]);
    await other.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${schema}clients:2`]);
    await other.query('select from counters where id = $1 for update', [store.instances?.own]);
    assert.equal((await store.journal.prune(all)).pruned, 1);
    assert.deepEqual(await other.query('select seq from events order by seq'), [{ seq: row }, { seq: lane }]);
    await other.query('rollback');
    assert.equal((await store.journal.prune(all)).pruned, 2);
  });

  it('counts what is settled as the journal does, whoever has pruned it', async () => {
    await settleAll([1, 2, 3, 4, 5]);
    await store.journal.prune({ ...all, settledBefore: null, keepSettled: 3 });
    await settle(6);
    await store.close();
    store = await openPostgres((await sharedPostgres()).url, schema, { pollPause: 60_000 });
    const [counted] = await other.query('select sum(settled)::integer as settled from counters');
    assert.deepEqual(counted, { settled: 4 });
    assert.equal(await count('events'), 4);
    assert.equal((await store.journal.prune({ ...all, settledBefore: null, keepSettled: 3 })).pruned, 1);
  });
});
