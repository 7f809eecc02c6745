import { strict as assert } from 'node:assert';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ExecutionFilter } from '../../../../../src/engine/store/log/filter.ts';
import { positionOf } from '../../../../../src/engine/store/reading/cursor.ts';
import {
  type OpenQueries,
  openQueries,
  type Queries,
} from '../../../../../src/engine/store/sqlite/reader/queries.ts';
import { Documents } from '../../../../../src/engine/store/sqlite/search/documents.ts';
import { indexingTime, pauseAfter } from '../../../../../src/engine/store/sqlite/search/indexing-pace.ts';
import { SqliteLog } from '../../../../../src/engine/store/sqlite/sqlite-log.ts';
import { retentionOn } from '../../../../../src/engine/store/sqlite/writer/retention.ts';
import { stage } from '../../../../../src/engine/store/stage.ts';
import { overwritePage, pageWith } from '../../../../support/damage.ts';
import { eventually } from '../../../../support/eventually.ts';
import { beginning, JournalFiller, openJournal, tag } from '../../../../support/filled-journal.ts';
import { journalFolder } from '../../../../support/temporary-folder.ts';

type Window = Parameters<Queries['executions']>[1];

describe('text index', () => {
  let folder: string;
  let db: DatabaseSync;
  let filler: JournalFiller;
  let open: OpenQueries;

  /** Small slices, so that a few rows make many. */
  const openAgain = () => {
    open = openQueries(folder, 8);
  };
  beforeEach(() => {
    folder = journalFolder('text-index-');
    db = openJournal(folder);
    filler = new JournalFiller(db);
    openAgain();
  });
  afterEach(() => {
    open.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  const found = async (text: string, filter: ExecutionFilter = {}, window: Partial<Window> = {}) => {
    const all: Window = { from: undefined, to: undefined, after: undefined, limit: 500, ...window };
    const seqs: number[] = [];
    // A search that takes long gives what it has, and where to go on.
    for (let after = all.after; ; ) {
      const limit = all.limit - seqs.length;
      const { items, nextCursor } = await open.queries.executions(
        { ...filter, text },
        { ...all, after, limit },
      );
      seqs.push(...items.map(({ seq }) => seq));
      if (nextCursor === null || seqs.length === all.limit) return seqs;
      after = positionOf('executions', nextCursor);
    }
  };
  const indexAll = () => {
    while (open.index.advance(1000)) {}
  };
  const inSearchFile = <T>(look: (search: DatabaseSync) => T): T => {
    const search = new DatabaseSync(join(folder, 'search.sqlite'));
    try {
      return look(search);
    } finally {
      search.close();
    }
  };
  const slices = () => inSearchFile((search) => search.prepare('select * from slices order by first').all());

  it('finds words and beginnings of words in the request, the response and the error', async () => {
    filler.add({
      data: {
        full_name: 'José Núñez',
        email: 'jose.nunez+vip@mail.example',
        city: 'Київ',
        note: 'line one\nline "two"',
      },
      executions: [
        {
          status: 'failed',
          response: '{"ticket":"ACC-2026-000417","peer":"10.20.0.5"}',
          error: 'certificate expired',
        },
      ],
    });
    const texts = [
      ...['jose', 'JOSÉ nun', 'núñez', 'київ', 'Киї'],
      ...['full_name', 'full', 'name', 'line two', 'one'],
      ...['jose.nunez', 'nunez', 'vip@mail', 'mail.example', 'example'],
      ...['acc-2026-000417', 'ACC-2026', '2026-0004', '000417', '10.20.0.5', '10.20', '0.5'],
      ...['certificate', 'exp cert', 'clients.create', '"ticket":"ACC'],
    ];
    for (const text of texts) assert.deepEqual(await found(text), [1], text);
    for (const text of ['ose', 'nline', 'josef', '10.20.0.6', '20.5', '417', 'jose peter', 'acc-2027']) {
      assert.deepEqual(await found(text), [], text);
    }
  });

  it('finds letters that JSON has escaped', async () => {
    filler.add({ executions: [{ response: '{"name":"\\u041a\\u0438\\u0457\\u0432","path":"C:\\\\new"}' }] });
    filler.add({ acceptedAt: beginning + 1000, executions: [{ response: 'C:\\new is not JSON' }] });
    assert.deepEqual(await found('київ'), [1]);
    assert.deepEqual(await found('new'), [2, 1]);
  });

  it('finds a single character only as a whole word', async () => {
    filler.add({ data: { tier: 'b', name: 'bob' } });
    filler.add({ acceptedAt: beginning + 1000, data: { name: 'bob' } });
    assert.deepEqual(await found('b'), [1]);
    assert.deepEqual(await found('bo'), [2, 1]);
  });

  it('takes whatever a user types for text, not for a search language', async () => {
    filler.add({ data: { note: 'this OR that, NEAR here' } });
    for (const text of [
      '"',
      'words:',
      '-that',
      'this*',
      '^this',
      '(this',
      'this" OR "x',
      "'; drop table slices; --",
    ]) {
      await assert.doesNotReject(found(text), text);
    }
    assert.deepEqual(await found('NEAR(this, that)'), [1]);
    assert.deepEqual(await found('this AND that'), []);
    assert.deepEqual(await found('nothing OR that'), []);
    assert.deepEqual(await found('-that *'), [1]);
  });

  it('finds nothing by a condition that is written like a word', async () => {
    filler.add({ eventType: 'clients.update', executions: [{ handler: 'h1', response: null }] });
    assert.deepEqual(await found('\u{e000}hh1'), []);
    assert.deepEqual(await found('s3'), []);
    assert.deepEqual(await found('update', { handler: 'h1' }), [1]);
  });

  it('tells executions apart that began in the same ms', async () => {
    filler.add({ data: { note: 'red green' } });
    filler.add({ data: { note: 'red blue' } });
    assert.deepEqual(await found('red'), [2, 1]);
    assert.deepEqual(await found('blue'), [2]);
    assert.deepEqual(await found('green blue'), []);
    assert.deepEqual(await found('red', {}, { after: [beginning + 5, 2] }), [1]);
  });

  it('finds rare and frequent words across slices of time, newest first, page after page', async () => {
    // Not quite in the order in which they began.
    const order = Array.from({ length: 100 }, (_, n) => n - (n % 5) + (4 - (n % 5)));
    for (const n of order) {
      filler.add({
        acceptedAt: beginning + n * 1000,
        data: { note: n % 25 === 0 ? 'rare common' : 'common' },
      });
    }
    indexAll();
    assert.ok(slices().length > 5);
    const seqAt = (n: number) => order.indexOf(n) + 1;
    assert.deepEqual(await found('rare'), [75, 50, 25, 0].map(seqAt));
    const newestFirst = Array.from({ length: 100 }, (_, n) => seqAt(99 - n));
    assert.deepEqual(await found('comm'), newestFirst);
    const paged: number[] = [];
    for (let after: Window['after']; paged.length < 100; ) {
      const page = await found('comm', {}, { limit: 7, after });
      assert.ok(page.length > 0);
      paged.push(...page);
      const last = paged.at(-1) ?? 0;
      after = [beginning + (order[last - 1] ?? 0) * 1000 + 5, last];
    }
    assert.deepEqual(paged, newestFirst);
    const window = { from: beginning + 20_000, to: beginning + 50_005 };
    assert.deepEqual(await found('rare', {}, window), [seqAt(25)]);
  });

  it('follows what becomes of an execution', async () => {
    const made = filler.add({ stage: stage.parked, executions: [{ status: 'parked', response: 'sorry' }] });
    assert.deepEqual(await found('sorry', { status: ['parked'] }), [1]);
    filler.settle(made, 1, { status: 'succeeded', response: 'welcome', at: beginning + 60_000 });
    assert.deepEqual(await found('welcome', { status: ['succeeded'] }), [1]);
    assert.deepEqual(await found('sorry'), []);
    assert.deepEqual(await found('welcome', { status: ['parked'] }), []);
  });

  it('goes on where it was when it is opened again', async () => {
    filler.add({ data: { note: 'first' } });
    indexAll();
    open.close();
    openAgain();
    assert.equal(open.queries.counts().indexing, false);
    filler.add({ acceptedAt: beginning + 1000, data: { note: 'second' } });
    assert.equal(open.queries.counts().indexing, true);
    assert.deepEqual(await found('first'), [1]);
    assert.deepEqual(await found('second'), [2]);
  });

  it('is made anew when its file is gone, damaged, of another version or of another journal', async () => {
    filler.add({ data: { note: 'lasting' } });
    indexAll();
    const file = join(folder, 'search.sqlite');
    const faults: Record<string, () => void> = {
      gone: () => rmSync(file),
      damaged: () => writeFileSync(file, 'not a database, however long this is: '.repeat(500)),
      empty: () => writeFileSync(file, ''),
      version: () => inSearchFile((search) => search.exec('pragma user_version = 99')),
      foreign: () =>
        inSearchFile((search) => search.exec("update meta set value = 'other0' where key = 'tag'")),
    };
    for (const [fault, bring] of Object.entries(faults)) {
      open.close();
      bring();
      openAgain();
      assert.deepEqual(await found('lasting'), [1], fault);
    }
  });

  it('is made anew when the damage shows only once it is searched', async () => {
    for (let n = 0; n < 20; n += 1) {
      filler.add({ acceptedAt: beginning + n * 1000, data: { note: 'lasting' } });
    }
    indexAll();
    open.close();
    const file = join(folder, 'search.sqlite');
    const pages = inSearchFile((search) => {
      search.exec('pragma wal_checkpoint(truncate)');
      return search.prepare("select pageno from dbstat where name glob 'words_*_data'").all();
    });
    assert.ok(pages.length > 0);
    const bytes = readFileSync(file);
    for (const { pageno } of pages) bytes.fill(0xff, (Number(pageno) - 1) * 4096, Number(pageno) * 4096);
    writeFileSync(file, bytes);
    openAgain();
    await found('lasting');
    indexAll();
    assert.equal((await found('lasting')).length, 20);
  });

  it('goes on past what is damaged in the journal, and keeps what it has', async () => {
    for (let n = 0; n < 8; n += 1) {
      const executions = [{ response: `lasting number${n} ${'x'.repeat(3000)}` }];
      filler.add({ acceptedAt: beginning + n * 1000, executions });
    }
    open.close();
    db.exec('pragma wal_checkpoint(truncate)');
    const journal = join(folder, 'journal.sqlite');
    overwritePage(journal, pageWith(journal, 'number3'));
    openAgain();
    indexAll();
    filler.add({ data: { note: 'later' } });
    assert.equal((await found('later')).length, 1);
    assert.equal((await found('lasting')).length, 7);
    assert.equal(open.index.behind, false);
  });

  it('finds words in all executions of an event, however often it was replayed', async () => {
    const executions = Array.from({ length: 1002 }, (_, n) => ({
      startedAfter: n,
      response: n === 0 ? 'first answer' : 'later',
    }));
    const { seq } = filler.add({ executions });
    const all = { from: undefined, to: undefined, after: undefined, limit: 50 };
    const filter = { text: 'answer', eventId: `ev-${tag}-${seq}` };
    const { items, nextCursor } = await open.queries.executions(filter, all);
    assert.ok(nextCursor !== null && items.length === 0);
    const after = positionOf('executions', nextCursor);
    const rest = await open.queries.executions(filter, { ...all, after });
    assert.deepEqual([rest.items.map(({ response }) => response), rest.nextCursor], [['first answer'], null]);
  });

  it('is made anew newest first, and takes what is new before it goes on', async () => {
    open.close();
    open = openQueries(folder);
    db.exec('begin');
    for (let n = 0; n < 2500; n += 1) {
      filler.add({ acceptedAt: beginning + n * 1000, data: { note: `number${n}x` } });
    }
    db.exec('commit');
    assert.equal(open.index.advance(0), 'old');
    while ((await found('number2490x')).length === 0) {}
    assert.deepEqual(await found('number9x'), []);
    filler.add({ acceptedAt: beginning + 4_000_000, data: { note: 'newcomer' } });
    // What has been gathered before is written first.
    while (open.index.advance(1000) === 'old') {}
    assert.deepEqual(await found('newcomer'), [2501]);
    assert.equal(open.queries.counts().indexing, true);
    open.close();
    open = openQueries(folder);
    assert.equal(open.queries.counts().indexing, true);
    indexAll();
    assert.deepEqual(await found('number9x'), [10]);
    assert.equal(open.queries.counts().indexing, false);
  });

  it('writes the document of a ms once, however many executions of a gathering share it', () => {
    indexAll();
    const executions = Array.from({ length: 10 }, (_, place) => ({ startedAfter: place }));
    for (let n = 0; n < 200; n += 1) filler.add({ acceptedAt: beginning + (n % 7), executions });
    const written: number[] = [];
    const { documentAt } = Documents.prototype;
    Documents.prototype.documentAt = function (at) {
      written.push(at);
      return documentAt.call(this, at);
    };
    try {
      while (open.index.advance(0)) {}
    } finally {
      Documents.prototype.documentAt = documentAt;
    }
    assert.equal(written.length, 16);
    assert.equal(new Set(written).size, 16);
  });

  it('takes the first 16,384 characters of each text, and the details say so', async () => {
    const long = (last: string) => `first ${'x'.repeat(16_000)} ${'y'.repeat(1000)} ${last}`;
    filler.add({ data: { note: long('lastOfRequest') }, executions: [{ response: long('lastOfResponse') }] });
    filler.add({
      acceptedAt: beginning + 1000,
      executions: [{ status: 'failed', error: long('lastOfError') }],
    });
    filler.add({
      acceptedAt: beginning + 2000,
      executions: [{ response: `${'😀'.repeat(16_370)} lastInPart` }],
    });
    for (const last of ['lastOfRequest', 'lastOfResponse', 'lastOfError']) {
      assert.deepEqual(await found(last), [], last);
      assert.deepEqual(await found(last, { eventId: 'ev-abc123-1' }), [], last);
    }
    assert.deepEqual(await found('first'), [2, 1]);
    assert.deepEqual(await found('lastInPart'), [3]);
    const inPart = [1, 2, 3].map((seq) => open.queries.execution(`ex-abc123-${seq}`)?.searchedInPart);
    assert.deepEqual(inPart, [['request', 'response'], ['error'], []]);
  });

  it('gives way to the delivery of events with what there was before it was made anew', () => {
    assert.equal(pauseAfter('old', 10_000), pauseAfter('new', 0));
    assert.ok(pauseAfter('new', 0) <= indexingTime / 4);
    assert.ok(pauseAfter('old', 100) >= 4 * indexingTime);
  });

  it('never shows what has been pruned, and lets go of it', async () => {
    for (let n = 0; n < 60; n += 1) {
      const at = n === 3 ? stage.parked : stage.succeeded;
      filler.add({ acceptedAt: beginning + n * 1000, data: { note: 'common' }, stage: at });
    }
    indexAll();
    const before = slices().length;
    const request = { settledBefore: beginning + 50_000, keepSettled: null, keysBefore: 0, forMs: 1000 };
    assert.equal(retentionOn(db).prune(request).more, false);
    const left = [60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 4];
    assert.deepEqual(await found('common'), left);
    while (open.index.compact()) {}
    assert.ok(slices().length < before / 2);
    assert.deepEqual(await found('common'), left);
    open.close();
    openAgain();
    assert.deepEqual(await found('common'), left);
  });

  it('follows the journal within 2 s of a commit, without being asked', async () => {
    const log = new SqliteLog({ folder, parkedFor: () => 'retry' });
    try {
      await log.counts();
      filler.add({ data: { note: 'fresh' } });
      log.poke();
      // Two intervals' worth of a loaded machine.
      await eventually('the index catches up', async () => !(await log.counts()).indexing, 5000);
      assert.equal((await log.executions({ text: 'fresh' }, { limit: 5 })).items.length, 1);
    } finally {
      await log.close();
    }
  });
});
