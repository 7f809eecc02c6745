import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal, Prune } from '../../../../src/engine/store/journal.ts';
import { Connection } from '../../../../src/engine/store/postgres/connection.ts';
import { stage } from '../../../../src/engine/store/stage.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { eventually } from '../../../support/eventually.ts';
import { beginning, everyMs, fillTables, leaveStatistics } from '../../../support/filled-schema.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { aLink, anEvent, aPass, aTake, parkedUncalled, succeeded } from '../store-contract.ts';

const schema = 'early_plans';
const first = 100_000;
const events = 20_000;
const at = 1_800_000_000_000;
const keepAll: Prune = { settledBefore: null, keepSettled: null, keysBefore: 0, forMs: 0 };

describe('a store in PostgreSQL, whose statements were planned when there was next to nothing', () => {
  let url: string;
  let store: Store;
  let journal: Journal;
  let connection: Connection;
  /** None of those that are filled in. */
  let objects = 1_000_000;

  before(async function () {
    // Tables are filled.
    this.timeout(60_000);
    ({ url } = await sharedPostgres());
    store = await open();
    ({ journal } = store);
    connection = await Connection.open({ connectionString: url }, schema);
    await leaveStatistics(connection);
    // What is asked is planned for good.
    for (let n = 0; n < 2; n += 1) for (const ask of Object.values(asked)) await ask();
    // Whoever looked meanwhile, and told of it later, would have gone past all rows that are not committed yet.
    await connection.query('begin');
    await connection.query('lock table events, executions in access exclusive mode');
    await connection.query(`update meta set value = '${at}000' where key = 'texts'`);
    await fillTables(connection, events, first);
    await connection.query(
      `update events set stage = case seq % 5 when 0 then ${stage.ready} when 1 then ${stage.due} else ${stage.behind} end,
       home = ${store.instances?.own}, node = 'other-node', next_handler = 'other', accepted_at = seq, turn = seq
       where seq % 2 = 0 and seq >= ${first}`,
    );
    await connection.query(
      `update executions set status = 2, blocked = seq % 3 > 0, stale = seq % 5 = 0, next_attempt_at = 1
       where seq % 4 < 2 and seq >= ${first}`,
    );
    await connection.query('commit');
    await counted();
  });
  after(async () => {
    await store.close();
    await connection.query(`drop schema ${schema} cascade`);
    await connection.close();
  });

  async function open(): Promise<Store> {
    const opened = await openPostgres(url, schema, { pollPause: 60_000 });
    opened.journal.onWork(() => undefined);
    return opened;
  }
  const anObject = () => anEvent(++objects);
  async function take(start: boolean) {
    const taken = await journal.take(aTake(anObject(), { start, links: [aLink('a')] }));
    return taken.outcome === 'taken'
      ? { event: taken.seq, execution: taken.chain[0] ?? 0 }
      : assert.fail(taken.outcome);
  }
  async function park() {
    const { event, execution } = await take(true);
    const change = { ...parkedUncalled(execution), nextAttemptAt: 1 };
    await journal.endTurn({ event, change, pass: aPass(), at, emit: false });
    return execution;
  }
  const emitNext = () => journal.emitNext(5, ['event-node'], ['other-node']);
  const seqs = (rows: readonly { readonly seq: number }[]) => rows.map(({ seq }) => seq);

  /** What is looked for among many others, by what looks for it. */
  const asked: Readonly<Record<string, () => Promise<void>>> = {
    async 'what may be emitted'() {
      const accepted = await journal.accept([anObject()], 0);
      assert.ok(accepted.outcome === 'accepted');
      const emitted = seqs(await emitNext());
      assert.deepEqual(emitted, seqs(accepted.events));
      await journal.unclaim(emitted, 0, at);
    },
    async 'what is due'() {
      const { event } = await take(false);
      const { started } = await journal.startNext('a', 5, at);
      assert.deepEqual(seqs(started), [event]);
    },
    async 'what is parked and due'() {
      const execution = await park();
      const { started } = await journal.startParked('a', 5, at);
      assert.deepEqual(
        started.map((one) => one.execution),
        [execution],
      );
    },
    async 'what is tried next at a broken target'() {
      const execution = await park();
      await journal.saveCircuit({ handler: 'a', state: 'open', since: at, error: 'HTTP 500' }, 'closed');
      const { started } = await journal.startParked('a', 1, at, 0);
      await journal.saveCircuit({ handler: 'a', state: 'closed', since: at, error: null }, 'open');
      assert.deepEqual(
        started.map((one) => one.execution),
        [execution],
      );
    },
    async 'what an operator cancels'() {
      await park();
      const which = { handler: 'a', stale: false };
      assert.equal((await journal.cancelParked({ which, why: 'no', limit: 5, at })).length, 1);
    },
    async 'what is stale'() {
      const which = { handler: 'a', stale: true };
      assert.equal((await journal.cancelParked({ which, why: 'stale', limit: 5, at })).length, 0);
    },
    async 'what is recalled'() {
      await journal.recall();
    },
    async 'what is old'() {
      const { event, execution } = await take(true);
      const pass = aPass({ plain: true });
      await journal.endTurn({ event, change: succeeded(execution), pass, at, emit: false });
      const settledBefore = beginning + (first + 300) * everyMs;
      assert.ok((await journal.prune({ ...keepAll, settledBefore, keepSettled: 0 })).pruned > 0);
    },
    async 'what there is to do'() {
      await look();
    },
    async 'what another instance has left'() {
      const other = await open();
      const accepted = await other.journal.accept([anObject()], 1);
      assert.ok(accepted.outcome === 'accepted');
      await other.close();
      await eventually('it is emitted here', async () => {
        const emitted = seqs(await emitNext());
        await journal.unclaim(emitted, 0, at);
        return emitted.length > 0;
      });
    },
  };

  for (const [what, ask] of Object.entries(asked))
    it(`finds ${what} by an index`, async () => {
      const before = await looked();
      await ask();
      const after = await counted();
      const rows = [...after]
        .map(([where, n]) => ({ where, n: n - (before.get(where) ?? 0) }))
        .filter(({ n }) => n > 0);
      const all = rows.reduce((sum, { n }) => sum + n, 0);
      assert.ok(all < events / 10, `rows are looked at: ${JSON.stringify(rows)}`);
    });

  /** As a hint of others, and a beat, make it look. */
  async function look(): Promise<void> {
    for (const told of [String(store.instances?.own), 'all'])
      await connection.query('select pg_notify($1, $2)', [schema, told]);
    await sleep(50);
  }

  /**
   * Sessions tell what they have counted with what they do a second later. What another one tells of at that moment
   * waits for the next time: what was filled in must not.
   */
  async function counted(): Promise<ReadonlyMap<string, number>> {
    await sleep(1100);
    await Promise.all([journal.recall([]), look()]);
    await connection.query('select pg_stat_force_next_flush()');
    return looked();
  }

  /** Rows that were looked at until now, and entries of indexes, as the server counts them. */
  async function looked(): Promise<ReadonlyMap<string, number>> {
    const rows = await connection.query(
      `select relname as at, seq_tup_read as n from pg_stat_user_tables where schemaname = $1
       union all select indexrelname, idx_tup_read from pg_stat_user_indexes where schemaname = $1`,
      [schema],
    );
    return new Map(rows.map((row) => [String(row['at']), Number(row['n'])]));
  }
});
