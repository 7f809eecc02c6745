import { strict as assert } from 'node:assert';
import type { ExecutionFilter, PageRequest } from '../../../../src/engine/store/log/filter.ts';
import { Connection, type ConnectionOptions } from '../../../../src/engine/store/postgres/connection.ts';
import { migrate } from '../../../../src/engine/store/postgres/migrate.ts';
import { PostgresLog } from '../../../../src/engine/store/postgres/postgres-log.ts';
import { type Advanced, TextIndex } from '../../../../src/engine/store/postgres/search/text-index.ts';
import { stage, statusCode } from '../../../../src/engine/store/stage.ts';
import type { ExecutionStatus } from '../../../../src/engine/words/execution.ts';
import { eventually } from '../../../support/eventually.ts';
import { sharedPostgres } from '../../../support/postgres.ts';

const tag = 'abc123';
const beginning = 1_767_225_600_000;

interface MadeEvent {
  readonly at?: number;
  readonly data?: object;
  readonly handler?: string;
  readonly status?: ExecutionStatus;
  readonly response?: string | null;
  readonly error?: string | null;
  /** µs; null: the first pass is not over. */
  readonly touchedAt?: number | null;
}

describe('search by text in PostgreSQL', () => {
  let url: string;
  let schema: string;
  let schemas = 0;
  let connection: Connection;
  let log: PostgresLog;
  let events: number;
  const open = (options?: ConnectionOptions) => Connection.open({ connectionString: url }, schema, options);

  beforeEach(async () => {
    ({ url } = await sharedPostgres());
    schemas += 1;
    schema = `texts_${schemas}`;
    events = 0;
    connection = await open();
    await migrate(connection, schema, 'registry');
    log = new PostgresLog({ open, tag, lock: schema, parkedFor: () => 'retry', sliceSize: 16 });
  });
  afterEach(async () => {
    await log.close();
    await connection.query(`drop schema ${schema} cascade`);
    await connection.close();
  });

  /** An event with one execution, both with the number that is returned. */
  async function add(made: MadeEvent): Promise<number> {
    const { at = beginning, data = {}, handler = 'crm', status = 'succeeded' } = made;
    const { response = null, error = null, touchedAt = (at + 100) * 1000 } = made;
    events += 1;
    const place = touchedAt === null ? stage.running : stage.succeeded;
    // At once, as a journal does it: the log indexes meanwhile.
    await connection.query('begin');
    await connection.query(
      `insert into events(seq, event_type, object_id, object_key, ordered, stage, turn, accepted_at, touched_at, hops,
         home, owner)
       values($1, 'clients.create', '12', 'clients:12', true, $2, 0, $3, $4, 0, 0, 0)`,
      [events, place, at, touchedAt],
    );
    const envelope = { event: { events_id: 'clients.create', object_id: '12' }, data };
    await connection.query('insert into bodies values($1, $2)', [events, JSON.stringify(envelope)]);
    await connection.query(
      `insert into executions(seq, event_seq, position, event_type, object_id, object_key, ordered, handler_id,
         handler_number, handler_name, handler_type, priority, stop, status, blocked, stale, unjudged, passed_by,
         retries, attempts, started_at, response, error, owner)
       values($1, $1, 0, 'clients.create', '12', 'clients:12', true, $2, 1, 'a handler', 'http', 1, false, $3,
         false, false, false, false, 0, 1, $4, $5, $6, 0)`,
      [events, handler, statusCode[status], at + 5, response, error],
    );
    await connection.query('commit');
    return events;
  }

  async function found(text: string, filter: ExecutionFilter = {}, page: PageRequest = { limit: 500 }) {
    await eventually('all is indexed', async () => {
      await log.executions({ text }, { limit: 1 });
      return !(await log.counts()).indexing;
    });
    return (await log.executions({ text, ...filter }, page)).items.map(({ seq }) => seq);
  }

  const count = async (table: string) =>
    Number((await connection.query(`select count(*) as n from ${table}`))[0]?.['n']);
  const slicesIn = async () =>
    (await connection.query('select * from text_slices order by first')) as unknown as readonly {
      readonly id: number;
      readonly first: number;
      readonly last: number;
      readonly documents: number;
      readonly gone_at: Date | null;
    }[];

  it('finds words and beginnings of words in the request, the response and the error', async () => {
    await add({
      data: {
        full_name: 'José Núñez',
        email: 'jose.nunez+vip@mail.example',
        city: 'Київ',
        note: 'one\n"two"',
      },
      status: 'failed',
      response: '{"ticket":"ACC-2026-000417","path":"C:\\\\new","name":"\\u041a\\u0438\\u0457\\u0432"}',
      error: 'certificate expired',
    });
    const texts = ['jose', 'JOSÉ nun', 'київ', 'Киї', 'full_name', 'two one', 'vip@mail', 'example'];
    texts.push(
      'acc-2026-000417',
      '2026-0004',
      '000417',
      'exp cert',
      'clients.create',
      'new',
      '"ticket":"ACC',
    );
    for (const text of texts) assert.deepEqual(await found(text), [1], text);
    for (const text of ['ose', 'josef', '417', 'jose peter', 'acc-2027'])
      assert.deepEqual(await found(text), [], text);
  });

  it('finds a single character only as a whole word', async () => {
    await add({ data: { tier: 'b', name: 'bob' } });
    await add({ at: beginning + 1000, data: { name: 'bob' } });
    assert.deepEqual(await found('b'), [1]);
    assert.deepEqual(await found('bo'), [2, 1]);
  });

  it('takes whatever a user types for text, not for a search language', async () => {
    await add({ data: { note: 'this OR that, NEAR here' } });
    for (const text of [
      "'this",
      "this' | 'x",
      "'; drop table texts; --",
      'this\\',
      'this:*',
      '!this',
      '(this',
    ])
      assert.deepEqual(await found(text), text.includes('x') || text.includes('drop') ? [] : [1], text);
    assert.deepEqual(await found('this & nothing'), []);
    assert.deepEqual(await found('that <-> this'), [1]);
    assert.deepEqual(await found('that a\0'), []);
    assert.deepEqual(await found('\u{e000}hcrm'), []);
  });

  it('finds rare and frequent words across slices of time, newest first, page after page', async () => {
    // Not quite in the order in which they began.
    const order = Array.from({ length: 100 }, (_, n) => n - (n % 5) + (4 - (n % 5)));
    for (const [index, n] of order.entries())
      await add({
        at: beginning + n * 1000,
        data: { note: n % 25 === 0 ? 'rare common' : 'common' },
        touchedAt: (beginning + index) * 1000,
      });
    const seqAt = (n: number) => order.indexOf(n) + 1;
    assert.deepEqual(await found('rare'), [75, 50, 25, 0].map(seqAt));
    const newestFirst = Array.from({ length: 100 }, (_, n) => seqAt(99 - n));
    assert.deepEqual(await found('comm'), newestFirst);
    const slices = await slicesIn();
    assert.ok(slices.length > 5);
    for (const [index, { first }] of slices.entries()) assert.ok(first > (slices[index - 1]?.last ?? 0));
    const paged: number[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await log.executions({ text: 'comm' }, { limit: 7, cursor });
      assert.ok(page.items.length > 0);
      paged.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
    }
    assert.deepEqual(paged, newestFirst);
    assert.deepEqual(await found('rare', { from: beginning + 20_000, to: beginning + 50_005 }), [seqAt(25)]);
  });

  it('tells executions apart that began in the same ms, on both sides of a page', async () => {
    for (let n = 0; n < 40; n += 1) await add({ data: { note: n % 2 ? 'red blue' : 'red green' } });
    assert.deepEqual((await found('red')).length, 40);
    const { items, nextCursor } = await log.executions({ text: 'blue' }, { limit: 15 });
    const rest = await log.executions({ text: 'blue' }, { limit: 15, cursor: nextCursor ?? '' });
    const seqs = [...items, ...rest.items].map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      Array.from({ length: 20 }, (_, n) => 40 - 2 * n),
    );
    assert.equal(rest.nextCursor, null);
  });

  it('follows what becomes of an execution, and meets the other conditions by what it is now', async () => {
    const seq = await add({ data: { note: 'common' }, status: 'parked', response: 'busy' });
    await add({ at: beginning + 1, data: { note: 'common' }, handler: 'mail', status: 'failed' });
    assert.deepEqual(await found('common', { status: ['parked'] }), [seq]);
    assert.deepEqual(await found('common', { handler: 'mail', status: ['failed', 'parked'] }), [2]);
    await connection.query("update executions set status = 3, response = 'fine' where seq = $1", [seq]);
    assert.deepEqual(await found('common', { status: ['parked'] }), []);
    assert.deepEqual(await found('busy'), []);
    await connection.query('update events set touched_at = $2 where seq = $1', [
      seq,
      (beginning + 900) * 1000,
    ]);
    assert.deepEqual(await found('fine common', { status: ['succeeded'] }), [seq]);
    assert.deepEqual(
      (await slicesIn()).map(({ documents }) => documents),
      [2],
    );
  });

  it('does not know what is in its first pass', async () => {
    await add({ data: { note: 'common' }, touchedAt: null, status: 'running' });
    assert.deepEqual(await found('common'), []);
  });

  it('takes the first 16,384 characters of each text', async () => {
    const long = (last: string) => `first ${'x'.repeat(16_000)} ${'y'.repeat(1000)} ${last}`;
    await add({
      data: { note: long('lastOfRequest') },
      response: long('lastOfResponse'),
      error: long('lastOfError'),
    });
    await add({ at: beginning + 1000, response: `${'😀'.repeat(16_370)} lastInPart` });
    for (const last of ['lastOfRequest', 'lastOfResponse', 'lastOfError'])
      assert.deepEqual(await found(last), [], last);
    assert.deepEqual(await found('first'), [1]);
    assert.deepEqual(await found('lastInPart'), [2]);
  });

  it('indexes texts of whatever words there are', async () => {
    const parts = Array.from({ length: 8000 }, (_, n) => `${n.toString(36)}\ufdfa`).join('.');
    const halves = `x${'𝒂'.repeat(40)} ${'𝒂'.repeat(40)}`;
    await add({ data: { note: parts }, response: '\ufdfa '.repeat(8000), error: `${halves} it is there` });
    assert.deepEqual(await found('there'), [1]);
    assert.deepEqual(await found(halves), [1]);
  });

  it('looks back for what others have committed late', async () => {
    const index = new TextIndex(() => open(), schema, 16);
    try {
      await add({ data: { note: 'first' }, touchedAt: (beginning + 10_000) * 1000 });
      assert.deepEqual([await index.advance(), await index.advance()], ['some', 'nothing']);
      await add({ data: { note: 'late' }, touchedAt: (beginning + 8000) * 1000 });
      assert.equal(await index.advance(), 'nothing');
      assert.deepEqual([await index.lookBack(), await index.lookBack()], ['some', 'nothing']);
      assert.deepEqual(await found('late'), [2]);
    } finally {
      await index.close();
    }
  });

  /** The log may be at it as well. */
  async function untilNothing(work: () => Promise<Advanced>): Promise<void> {
    while ((await work()) !== 'nothing');
  }

  it('lets go of a slice whose executions are gone, and finds what is left of it', async () => {
    const index = new TextIndex(() => open(), schema, 16);
    try {
      for (let n = 0; n < 48; n += 1) {
        const at = beginning + n * 1000;
        await add({ at, data: { note: n === 3 ? 'rare common' : 'common' }, touchedAt: (at + 100) * 1000 });
      }
      assert.equal((await found('common')).length, 48);
      await untilNothing(() => index.compact());
      const [first, ...others] = await slicesIn();
      assert.deepEqual([first?.documents, others.length], [16, 2]);
      await connection.query('update events set stage = $1 where seq = 4', [stage.parked]);
      for (const table of ['executions', 'events'])
        await connection.query(`delete from ${table} where seq <= 20 and seq <> 4`);
      await untilNothing(() => index.compact());
      const found29 = [...Array.from({ length: 28 }, (_, n) => 48 - n), 4];
      assert.deepEqual(await found('common'), found29);
      assert.deepEqual(await found('rare'), [4]);
      const gone = (await slicesIn()).filter((slice) => slice.gone_at);
      assert.deepEqual(
        gone.map(({ id }) => id),
        [first?.id],
      );
      // Whoever reads may have begun before.
      await untilNothing(() => index.clear());
      assert.equal(await count(`texts_${first?.id}`), 16);
      await connection.query("update text_slices set gone_at = gone_at - interval '61 s'");
      await untilNothing(() => index.clear());
      await assert.rejects(count(`texts_${first?.id}`), /does not exist/);
      assert.deepEqual(await found('common'), found29);
    } finally {
      await index.close();
    }
  });

  it('leaves a slice alone of which much is left, or that is written to', async () => {
    const index = new TextIndex(() => open(), schema, 16);
    try {
      for (let n = 0; n < 24; n += 1) {
        const at = beginning + n * 1000;
        await add({ at, data: { note: 'common' }, touchedAt: (at + 100) * 1000 });
      }
      assert.equal((await found('common')).length, 24);
      for (const table of ['executions', 'events'])
        await connection.query(`delete from ${table} where seq between 4 and 16 or seq between 18 and 24`);
      await connection.query('update events set stage = $1 where seq < 4', [stage.parked]);
      await untilNothing(() => index.compact());
      assert.deepEqual(await found('common'), [17, 3, 2, 1]);
    } finally {
      await index.close();
    }
  });

  it('is written by one process at a time', async () => {
    const indexes = [1, 2].map(() => new TextIndex(() => open(), schema, 16));
    try {
      for (let n = 0; n < 300; n += 1) await add({ at: beginning + n, data: { note: 'common' } });
      const advanced: string[] = [];
      while (!advanced.includes('nothing'))
        advanced.push(...(await Promise.all(indexes.map((index) => index.advance()))));
      const slices = await slicesIn();
      assert.equal(
        slices.reduce((sum, { documents }) => sum + documents, 0),
        300,
      );
      for (const { id, documents } of slices) assert.equal(await count(`texts_${id}`), documents);
      assert.equal((await found('common')).length, 300);
    } finally {
      for (const index of indexes) await index.close();
    }
  });

  it('follows the journal within 2 s of a commit, without being asked', async () => {
    await log.counts();
    await add({ data: { note: 'fresh' } });
    assert.equal((await log.counts()).indexing, true);
    log.poke();
    // Two intervals' worth of a loaded machine.
    await eventually('the index catches up', async () => !(await log.counts()).indexing, 5000);
    assert.deepEqual(
      (await slicesIn()).map(({ documents }) => documents),
      [1],
    );
  });
});
