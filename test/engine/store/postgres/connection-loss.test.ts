import { strict as assert } from 'node:assert';
import pg from 'pg';
import type { PassedEvent } from '../../../../src/engine/store/instances.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { Unavailable } from '../../../../src/engine/words/errors.ts';
import { eventually } from '../../../support/eventually.ts';
import { openPostgres, type Postgres, sharedPostgres, startPostgres } from '../../../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts';
import { anEvent, aPass, aTake, succeeded } from '../store-contract.ts';

describe('the store in PostgreSQL whose connection is lost', () => {
  let schemas = 0;
  let proxy: TcpProxy;
  let store: Store;
  let client: pg.Client;
  let troubles: (string | null)[];

  const openOn = async (postgres: Postgres, lease?: number) => {
    schemas += 1;
    const schema = `lost_${schemas}`;
    const url = new URL(postgres.url);
    proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    troubles = [];
    store = await openPostgres(url.href, schema, {
      onTrouble: (trouble) => troubles.push(trouble),
      ...(lease && { lease }),
    });
    client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`set search_path = ${schema}`);
  };
  afterEach(async () => {
    await client.end();
    await store.close();
    await proxy.close();
  });
  const accept = (object: number) => store.journal.accept([anEvent(object)], 1);
  const events = async () => Number((await client.query('select count(*) as n from events')).rows[0]?.n);
  /** The next commit passes, or not, and its connection is cut. */
  const cutAtCommit = (what: 'pass and cut' | 'cut') => {
    let done = false;
    proxy.watch((piece) => {
      if (done || !piece.includes('commit')) return 'pass';
      done = true;
      return what;
    });
  };

  it('answers truly what was committed although no answer came', async () => {
    await openOn(await sharedPostgres());
    cutAtCommit('pass and cut');
    const accepted = await accept(1);
    assert.ok(accepted.outcome === 'accepted');
    assert.equal(await events(), 1);
    await eventually('it is told', () => troubles.at(-1) === null && troubles.length === 2);
  });

  it('says that a first pass is over when it has answered who has ended it', async () => {
    await openOn(await sharedPostgres());
    const accepted = await accept(1);
    assert.ok(accepted.outcome === 'accepted');
    const seq = accepted.events[0]?.seq ?? 0;
    const taken = await store.journal.take(aTake(seq));
    assert.ok(taken.outcome === 'taken');
    cutAtCommit('pass and cut');
    const told: string[] = [];
    const change = succeeded(taken.chain[0] ?? 0);
    const ending = store.journal.endTurn({
      event: seq,
      change,
      pass: aPass({ plain: true }),
      at: 0,
      emit: false,
    });
    const ended = ending.then(() => told.push('it has ended it'));
    let over: readonly PassedEvent[] = [];
    while (over.length === 0) over = (await store.instances?.passed([seq])) ?? [];
    told.push('it is over');
    await ended;
    assert.deepEqual(over, [{ event: seq, goneOn: false }]);
    assert.deepEqual(told, ['it has ended it', 'it is over']);
  });

  it('begins anew where the database does not say what was committed: else it would be done twice', async () => {
    await openOn(await sharedPostgres());
    await accept(1);
    let renamed: Promise<unknown> | undefined;
    proxy.watch((piece) => {
      if (renamed || !piece.includes('commit')) return 'pass';
      proxy.cut();
      renamed = client.query('alter table counters rename to others').then(() => proxy.restore());
      return 'cut';
    });
    await assert.rejects(accept(2), Unavailable);
    assert.match(
      (await store.lost).message,
      /^the database does not say what was committed last \(.*counters/,
    );
    await client.query('alter table others rename to counters');
  });

  it('carries out again what was not committed', async () => {
    await openOn(await sharedPostgres());
    cutAtCommit('cut');
    assert.equal((await accept(1)).outcome, 'accepted');
    assert.equal(await events(), 1);
  });

  it('refuses at once while there is none, says so once, and goes on when there is one again', async () => {
    await openOn(await sharedPostgres());
    proxy.cut();
    await eventually('it is told', () => troubles.length > 0);
    for (const object of [1, 2]) await assert.rejects(accept(object), Unavailable);
    assert.equal(troubles.length, 1);
    assert.match(String(troubles[0]), /^the database can not be reached: /);
    proxy.restore();
    await eventually('it is there again', () => troubles.at(-1) === null);
    assert.equal((await accept(3)).outcome, 'accepted');
    assert.equal(await events(), 1);
  });

  it('does not go on with a server that takes no writes, as one that has become a standby', async () => {
    const { url } = await sharedPostgres();
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query('create role demoted login superuser');
    const asDemoted = Object.assign(new URL(url), { username: 'demoted' }).href;
    await openOn({ ...(await sharedPostgres()), url: asDemoted });
    await admin.query('alter role demoted set default_transaction_read_only = on');
    proxy.cut();
    await eventually('it is told', () => troubles.length > 0);
    proxy.restore();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await assert.rejects(accept(1), /can not be reached/);
    await admin.query('alter role demoted set default_transaction_read_only = off');
    await eventually('it is there again', () => troubles.at(-1) === null);
    assert.equal((await accept(2)).outcome, 'accepted');
    await admin.end();
  });

  it('gives no number again where the server goes on from a copy, which may lack the last ones', async () => {
    await openOn(await sharedPostgres());
    const seqAfter = async (object: number) => {
      troubles = [];
      proxy.cut();
      await eventually('it is told', () => troubles.length > 0);
      proxy.restore();
      await eventually('it is there again', () => troubles.at(-1) === null);
      const accepted = await accept(object);
      assert.ok(accepted.outcome === 'accepted');
      return accepted.events[0]?.seq ?? 0;
    };
    assert.ok((await seqAfter(1)) < 1000);
    const { rows } = await client.query("select value from meta where key = 'descent'");
    assert.match(rows[0].value, /^\d+ 00000001 \d+$/);
    await client.query("update meta set value = 'what it was before' where key = 'descent'");
    const first = await seqAfter(2);
    assert.ok(first > 100_000_000 && first < 100_001_000, String(first));
    assert.ok((await seqAfter(3)) < 100_001_000);
    const next = await client.query(
      "select nextval('execution_seqs') as executions, nextval('instances_id_seq') as instances",
    );
    for (const seq of Object.values(next.rows[0])) assert.ok(Number(seq) > 100_000_000);
  });

  it('takes a server that does not answer for lost', async () => {
    await openOn(await sharedPostgres(), 600);
    proxy.holdUp();
    await assert.rejects(accept(1), Unavailable);
    await eventually('it is there again', () => troubles.at(-1) === null);
    assert.equal((await accept(2)).outcome, 'accepted');
    assert.equal(await events(), 1);
  });

  it('is lost when there is none for too long', async () => {
    await openOn(await sharedPostgres(), 300);
    cutAtCommit('pass and cut');
    const accepting = accept(1);
    const refused = assert.rejects(accepting, Unavailable);
    await eventually('it is told', () => troubles.length > 0);
    proxy.cut();
    assert.match((await store.lost).message, /^the database can not be reached: /);
    await refused;
  });

  it('is lost, too, when only the connection is gone for too long by which it looks after the others', async () => {
    await openOn(await sharedPostgres(), 600);
    proxy.watch((piece) => (piece.includes('listen') ? 'cut' : 'pass'));
    // All of them, as nothing tells which one it is: the others come back.
    proxy.cut();
    proxy.restore();
    assert.match((await store.lost).message, /^the database can not be reached: /);
  });

  it('lets go of a lost one that does not answer, whatever was asked of it', async function () {
    this.timeout(30_000);
    await openOn(await sharedPostgres(), 600);
    await store.log.executions({ text: 'words' }, { limit: 1 });
    proxy.holdUp(true);
    const asked = [store.log.counts(), store.log.executions({ text: 'words' }, { limit: 1 })];
    const refused = asked.map((one) => assert.rejects(one, Unavailable));
    await store.lost;
    await store.close();
    await Promise.all(refused);
  });

  it('answers nothing that a standby has not confirmed, is there meanwhile, and piles up no sessions', async function () {
    this.timeout(60_000);
    const postgres = await startPostgres();
    await openOn(postgres, 600);
    const one = async (text: string) => (await client.query(text)).rows[0]?.value;
    await client.query("alter system set synchronous_standby_names = 'nobody'");
    await client.query('select pg_reload_conf()');
    await eventually(
      'it is in force',
      async () => (await one("select current_setting('synchronous_standby_names') as value")) !== '',
    );
    const sessions = async () => {
      const ours =
        "select pid from pg_stat_activity where application_name = 'node-red-contrib-provisioning'";
      return (await client.query(ours)).rows.map(({ pid }) => pid as number);
    };
    const lastSeen = () => one('select max(seen_at)::text as value from beats');
    const before = await sessions();
    let answers = 0;
    const accepting = accept(1).finally(() => answers++);
    await eventually('it is told', () => /does not confirm/.test(String(troubles.at(-1))));
    await assert.rejects(accept(2), /does not confirm what was committed last/);
    const seen = await lastSeen();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.notEqual(await lastSeen(), seen);
    // All but the one that writes.
    assert.equal((await sessions()).filter((pid) => before.includes(pid)).length, before.length - 1);
    const numbering = ['a', 'b', 'c'].map((handler) => store.handlers.number([handler]));
    // One more for the handler book; and a new one of each of the two that write ends the one before as its first deed.
    const most = before.length + 3;
    let atOnce = 0;
    const begun = new Set<number>();
    const manyAreBegun = async () => {
      const now = await sessions();
      atOnce = Math.max(atOnce, now.length);
      for (const pid of now) begun.add(pid);
      return begun.size > 4 * most;
    };
    await eventually('many more are begun than may be there at once', manyAreBegun, 30_000);
    assert.ok(atOnce <= most, `${atOnce} sessions`);
    assert.equal(answers, 0);
    await client.query('alter system reset synchronous_standby_names');
    await client.query('select pg_reload_conf()');
    assert.equal((await accepting).outcome, 'accepted');
    await Promise.all(numbering);
    assert.equal((await accept(2)).outcome, 'accepted');
    assert.equal(await events(), 2);
    await store.close();
    await client.end();
    await postgres.stop('fast');
  });

  it('takes no transaction for its own that has the same number after a crash of the server', async function () {
    this.timeout(30_000);
    const postgres = await startPostgres();
    await openOn(postgres);
    let isCut = false;
    proxy.watch((piece) => {
      if (isCut || !piece.includes('commit')) return 'pass';
      isCut = true;
      setImmediate(() => proxy.cut());
      return 'cut';
    });
    const accepting = accept(1);
    await eventually('it waits for its commit', () => isCut);
    await postgres.stop('immediate');
    await postgres.start();
    await client.end().catch(() => undefined);
    client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`set search_path = lost_${schemas}`);
    // Numbers that were given away before the crash are given again.
    for (let n = 0; n < 20; n += 1) await client.query('select pg_current_xact_id()');
    proxy.restore();
    assert.equal((await accepting).outcome, 'accepted');
    assert.equal(await events(), 1);
    await store.close();
    await client.end();
    await postgres.stop('fast');
  });

  it('loses nothing that it has answered where the server crashes under load, and knows each request once', async function () {
    this.timeout(60_000);
    const postgres = await startPostgres();
    await openOn(postgres);
    const accepted = new Set<string>();
    let asking = true;
    const ask = async (client: number) => {
      for (let n = 0; asking; n += 1) {
        const key = `${client}-${n}`;
        const answer = () => store.journal.accept([anEvent(n % 7)], 1, { key, hash: 'hash' });
        for (;;) {
          const outcome = await answer().then(
            (one) => one.outcome,
            (error) => {
              assert.ok(error instanceof Unavailable, error);
            },
          );
          if (outcome === 'accepted' || outcome === 'duplicate') break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        accepted.add(key);
      }
    };
    const asked = Array.from({ length: 8 }, (_, client) => ask(client));
    for (let crashes = 0; crashes < 3; crashes += 1) {
      const before = accepted.size;
      await eventually('it works', () => accepted.size > before + 100);
      await postgres.stop('immediate');
      await postgres.start();
    }
    const before = accepted.size;
    await eventually('it works again', () => accepted.size > before + 100);
    asking = false;
    await Promise.all(asked);
    await client.end();
    client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`set search_path = lost_${schemas}`);
    assert.equal(await events(), accepted.size);
    await store.close();
    await client.end();
    await postgres.stop('fast');
  });

  it('gives no number again that a server had given, in whose place another one is that knew less', async () => {
    const postgres = await startPostgres();
    await openOn(postgres);
    const schema = `lost_${schemas}`;
    await accept(1);
    const failOver = await postgres.standby();
    const acceptedSoon = async (object: number) => {
      let accepted = await accept(object).catch(() => undefined);
      await eventually('it is accepted', async () => {
        accepted ??= await accept(object).catch(() => undefined);
        return accepted !== undefined;
      });
      return accepted?.outcome === 'accepted' ? (accepted.events[0]?.seq ?? 0) : 0;
    };
    const lost = Math.max(await acceptedSoon(2), await acceptedSoon(3));
    await failOver();
    assert.match((await store.lost).message, /is opened anew/);
    await store.close();
    store = await openPostgres(postgres.url, schema);
    const next = await acceptedSoon(4);
    assert.ok(next > lost + 1_000_000, `${next} after ${lost}`);
    await store.close();
    store = await openPostgres(postgres.url, schema);
    assert.ok((await acceptedSoon(5)) < next + 1_000, 'they go on from there');
  });
});
