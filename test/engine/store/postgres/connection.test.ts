import { strict as assert } from 'node:assert';
import pg from 'pg';
import { Connection, Disconnected } from '../../../../src/engine/store/postgres/connection.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts';

describe('a connection to PostgreSQL', () => {
  let admin: pg.Client;
  let proxy: TcpProxy;
  /** What a client has sent. */
  let sent: string;
  let roles = 0;

  before(async () => {
    const { url } = await sharedPostgres();
    admin = new pg.Client({ connectionString: url });
    await admin.connect();
    proxy = await startTcpProxy(Number(new URL(url).port));
  });
  beforeEach(() => {
    sent = '';
    proxy.watch((piece) => {
      sent += piece.toString('latin1');
      return 'pass';
    });
  });
  after(async () => {
    await admin.end();
    await proxy.close();
  });

  /** Who is set up so, behind the proxy. */
  async function someone(settings: Readonly<Record<string, string>> = {}) {
    roles += 1;
    const name = `someone_${roles}`;
    await admin.query(`create role ${name} login superuser`);
    for (const [setting, value] of Object.entries(settings))
      await admin.query(`alter role ${name} set ${setting} = ${pg.escapeLiteral(value)}`);
    return { connectionString: `postgres://${name}@127.0.0.1:${proxy.port}/postgres` };
  }

  const settingOf = async ({ query }: Connection, setting: string) => {
    const [row] = await query('select current_setting($1) as value', [setting]);
    return row?.['value'];
  };

  it('has the session that the rules need, however its user is set up', async () => {
    const server = await someone({
      synchronous_commit: 'off',
      default_transaction_isolation: 'repeatable read',
      search_path: 'public',
      idle_in_transaction_session_timeout: '0',
    });
    const settings = { idle_in_transaction_session_timeout: '5000' };
    const connection = await Connection.open(server, 'A schema', { settings });
    assert.equal(await settingOf(connection, 'synchronous_commit'), 'on');
    assert.equal(await settingOf(connection, 'default_transaction_isolation'), 'read committed');
    assert.equal(await settingOf(connection, 'search_path'), '"A schema"');
    assert.equal(await settingOf(connection, 'idle_in_transaction_session_timeout'), '5s');
    await connection.close();
  });

  it('asks for it by statements, which a pooler in session mode passes on', async () => {
    const connection = await Connection.open(await someone(), 'anywhere');
    const before = sent.slice(0, sent.indexOf('set_config'));
    assert.match(before, /application_name/);
    assert.doesNotMatch(before, /options|search_path/);
    await connection.close();
  });

  it('is given up where the server takes no writes, as a standby does', async () => {
    const server = await someone({ default_transaction_read_only: 'on' });
    await assert.rejects(Connection.open(server, 'public'), (error) => {
      assert.ok(error instanceof Disconnected);
      assert.match(error.message, /it takes no writes: it is a standby/);
      return true;
    });
  });

  it('asks for nothing before it is known whether the database can be used: a pooler may hand it to others', async () => {
    const { connectionString } = await someone();
    await (await openPostgres(connectionString, 'asked_late')).close();
    const examined = sent.indexOf('pg_try_advisory_lock');
    assert.ok(examined > 0 && examined < sent.indexOf('set_config'));
  });
});
