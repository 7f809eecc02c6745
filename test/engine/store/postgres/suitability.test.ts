import { strict as assert } from 'node:assert';
import { Connection, type Row } from '../../../../src/engine/store/postgres/connection.ts';
import { migrate } from '../../../../src/engine/store/postgres/migrate.ts';
import { type Migration, migrations } from '../../../../src/engine/store/postgres/schema.ts';
import { suitabilityOf } from '../../../../src/engine/store/postgres/suitability.ts';
import { openPostgres, sharedPostgres, startPostgres } from '../../../support/postgres.ts';
import { anEvent } from '../store-contract.ts';

describe('a database', () => {
  /** A server that answers so. */
  const server = (settings: Row, locked = true) => ({
    query: async (text: string): Promise<readonly Row[]> =>
      text.includes('server_version_num')
        ? [{ version: 180_000, fsync: 'on', locks: 6400, ...settings }]
        : [{ locked }],
  });
  const refusal = (settings: Row, others = server({}, false)) => suitabilityOf(server(settings), others);

  it('is taken where its locks keep others out', async () => {
    const { url } = await sharedPostgres();
    const open = () => Connection.open({ connectionString: url }, 'public');
    const both = await Promise.all([open(), open()]);
    assert.equal(await suitabilityOf(...(both as [Connection, Connection])), null);
    await Promise.all(both.map((one) => one.close()));
  });

  it('is refused where they do not, with the reason', async () => {
    await assert.rejects(refusal({}, server({}, true)), /advisory locks keep nobody out.*CockroachDB/);
  });

  it('is refused where it has none, is too old, or has too few locks', async () => {
    const without = { query: async () => Promise.reject(new Error('unknown function')) };
    await assert.rejects(suitabilityOf(without, without), /does not say what it is/);
    await assert.rejects(suitabilityOf(server({}, false), server({})), /advisory locks keep nobody out/);
    await assert.rejects(refusal({ version: 130_000 }), /older than PostgreSQL 14/);
    await assert.rejects(refusal({ locks: 640 }), /max_locks_per_transaction × max_connections is 640/);
  });

  it('is taken with a warning where it does not sync', async () => {
    const { url, stop } = await startPostgres({ fsync: 'off' });
    const store = await openPostgres(url, 'unsynced');
    assert.match(store.notice ?? '', /fsync = off/);
    await store.close();
    await stop('fast');
  });

  describe('of a registry, between two versions of the package', () => {
    let connection: Connection;
    let schemas = 0;
    let schema: string;
    const added = (name: string, oldest: number): Migration => ({ sql: `create table ${name}()`, oldest });
    const change = (...more: readonly Migration[]) =>
      migrate(connection, schema, 'registry', [...migrations, ...more]);

    beforeEach(async () => {
      const { url } = await sharedPostgres();
      schemas += 1;
      schema = `versions_${schemas}`;
      connection = await Connection.open({ connectionString: url }, schema);
      await change();
    });
    afterEach(() => connection.close());
    const open = async () => openPostgres((await sharedPostgres()).url, schema);
    const known = async () => (await connection.query('select version, oldest from schema_version'))[0];

    it('is used by both, where the newer one has only added something', async () => {
      const older = await open();
      await change(added('more', 1));
      assert.equal((await older.journal.accept([anEvent(1)], 1)).outcome, 'accepted');
      const another = await open();
      assert.equal((await another.journal.accept([anEvent(2)], 1)).outcome, 'accepted');
      assert.deepEqual(await known(), { version: migrations.length + 1, oldest: 1 });
      await Promise.all([older.close(), another.close()]);
    });

    it('is refused to the older one, where that does not know what it has to, and left as it is', async () => {
      await change(added('other', migrations.length + 1));
      await assert.rejects(open(), /written by a newer version of this package .*: update/);
      assert.deepEqual(await known(), { version: migrations.length + 1, oldest: migrations.length + 1 });
    });

    it('is not changed under those that would not understand it, while they run', async () => {
      const older = await open();
      const step = added('other', migrations.length + 1);
      await assert.rejects(change(step), /instances with an older version .*: stop them first/);
      await older.close();
      await change(step);
      assert.deepEqual(await known(), { version: migrations.length + 1, oldest: migrations.length + 1 });
    });

    it('lets nobody write who was silent while it was changed', async () => {
      const older = await open();
      await connection.query("update beats set seen_at = clock_timestamp() - interval '2 minutes'");
      await change(added('other', migrations.length + 1));
      await assert.rejects(older.journal.accept([anEvent(1)], 1), /took this one for dead/);
      await older.close();
    });
  });
});
