import { strict as assert } from 'node:assert';
import { Connection } from '../../../../src/engine/store/postgres/connection.ts';
import { migrate } from '../../../../src/engine/store/postgres/migrate.ts';
import { PostgresLog } from '../../../../src/engine/store/postgres/postgres-log.ts';
import { Readers, readerSettings } from '../../../../src/engine/store/postgres/readers.ts';
import { Unavailable } from '../../../../src/engine/words/errors.ts';
import { eventually } from '../../../support/eventually.ts';
import { sharedPostgres } from '../../../support/postgres.ts';

const schema = 'readers';

describe('readers of the log in PostgreSQL', () => {
  let url: string;
  let connection: Connection;
  let opened: number;
  let readers: Readers;
  const open = () => {
    opened += 1;
    return Connection.open({ connectionString: url }, schema, {
      settings: readerSettings,
      planned: 'each time',
    });
  };

  before(async () => {
    ({ url } = await sharedPostgres());
    connection = await Connection.open({ connectionString: url }, schema);
    await migrate(connection, schema, 'registry');
  });
  beforeEach(async () => {
    await connection.query('create table numbers(n integer not null); insert into numbers values(1)');
    opened = 0;
    readers = new Readers(open);
  });
  afterEach(async () => {
    await readers.close();
    await connection.query('drop table numbers');
  });
  after(async () => {
    await connection.query(`drop schema ${schema} cascade`);
    await connection.close();
  });

  const sum = 'select sum(n) as sum from numbers';

  it('see one moment, whatever is written meanwhile', async () => {
    const sums = await readers.read(async (ask) => {
      const [before] = await ask(sum);
      await connection.query('insert into numbers values(41)');
      const [after] = await ask(sum);
      return [before?.['sum'], after?.['sum']];
    });
    assert.deepEqual(sums, [1, 1]);
    assert.deepEqual(await readers.read((ask) => ask(sum)), [{ sum: 42 }]);
    assert.equal(opened, 1);
  });

  it('are closed when nobody reads for a while, and opened anew', async () => {
    const brief = new Readers(open, 2, 50);
    await brief.read((ask) => ask(sum));
    const connections = 'select count(*)::integer as n from pg_stat_activity where application_name like $1';
    const count = async () =>
      (await connection.query(connections, ['node-red-contrib-provisioning']))[0]?.['n'];
    await eventually('it is closed', async () => (await count()) === 1);
    assert.deepEqual(await brief.read((ask) => ask(sum)), [{ sum: 1 }]);
    await brief.close();
  });

  it('are two at a time, and the others wait', async () => {
    let reading = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 9 }, () =>
        readers.read(async (ask) => {
          reading += 1;
          most = Math.max(most, reading);
          await ask('select pg_sleep(0.01)');
          reading -= 1;
        }),
      ),
    );
    assert.deepEqual([most, opened], [2, 2]);
  });

  it('go on after a question that has failed, or was given up', async () => {
    await assert.rejects(
      readers.read((ask) => ask('select nothing from nowhere')),
      /nowhere/,
    );
    await assert.rejects(
      readers.read(async (ask) => {
        void ask('select pg_sleep(0.05)').catch(() => undefined);
        throw new Error('given up');
      }),
      /given up/,
    );
    await assert.rejects(
      readers.read((ask) => ask('insert into numbers values(2)')),
      /read-only/,
    );
    assert.deepEqual(await readers.read((ask) => ask(sum)), [{ sum: 1 }]);
  });

  it('take another connection for one that the server has closed', async () => {
    const [row] = await readers.read((ask) => ask('select pg_backend_pid() as pid'));
    await connection.query('select pg_terminate_backend($1)', [row?.['pid']]);
    await eventually('another one reads', async () => {
      const [other] = await readers.read((ask) => ask('select pg_backend_pid() as pid'));
      return other?.['pid'] !== row?.['pid'];
    });
  });

  it('name values, and take them for what they are', async () => {
    const [row] = await readers.read((ask) =>
      ask(
        `select :text as text, :n + 1 as n, :half * 2 as whole, :n = any(:some) as isOne, 'a'::text as "asIs"
         where :text = :text`,
        { text: "it's :n\0", n: 41, half: 0.5, some: [41, 42] },
      ),
    );
    assert.deepEqual(row, { text: "it's :n\ufffd", n: 42, whole: 1, isone: true, asIs: 'a' });
    await assert.rejects(
      readers.read((ask) => ask('select :missing')),
      /missing/,
    );
  });

  it('refuse what is asked once they are closed, and leave the log unavailable', async () => {
    const log = new PostgresLog({ open, tag: 'abc', lock: schema, parkedFor: () => 'retry' });
    assert.equal((await log.counts()).parked, 0);
    const asked = log.statistics({ from: 0, to: 60_000, step: 1000 });
    const refused = assert.rejects(asked, Unavailable);
    await log.close();
    await refused;
    await assert.rejects(log.counts(), Unavailable);
  });

  it('leave the log unavailable while the database is', async () => {
    const nowhere = () =>
      Connection.open({ connectionString: 'postgres://tests@127.0.0.1:1/postgres' }, schema);
    const log = new PostgresLog({ open: nowhere, tag: 'abc', lock: schema, parkedFor: () => 'retry' });
    try {
      await assert.rejects(log.counts(), (error) => {
        assert.ok(error instanceof Unavailable);
        assert.match(error.message, /^the execution log can not be read: .*ECONNREFUSED/);
        return true;
      });
      await assert.rejects(log.executions({ text: 'word' }, { limit: 1 }), Unavailable);
    } finally {
      await log.close();
    }
  });
});
