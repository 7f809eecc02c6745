import { strict as assert } from 'node:assert';
import { Connection, type Row } from '../../../../src/engine/store/postgres/connection.ts';
import { suitabilityOf } from '../../../../src/engine/store/postgres/suitability.ts';
import { openPostgres, sharedPostgres, startPostgres } from '../../../support/postgres.ts';

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

  it('is refused where a newer version of the package has written to it, and left as it is', async () => {
    const { url } = await sharedPostgres();
    await (await openPostgres(url, 'newer')).close();
    const connection = await Connection.open({ connectionString: url }, 'newer');
    await connection.query('update schema_version set version = version + 1');
    await assert.rejects(openPostgres(url, 'newer'), /written by a newer version of this package .*: update/);
    await connection.query('update schema_version set version = version - 1');
    await (await openPostgres(url, 'newer')).close();
    await connection.close();
  });
});
