import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteJournal } from '../../../../src/engine/store/sqlite/sqlite-journal.ts';
import { overwritePage, pageWith } from '../../../support/damage.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { aLink, anEvent, aTake } from '../store-contract.ts';

const events = (count: number) => Array.from({ length: count }, (_, object) => anEvent(object));

describe('files of a journal that is in use', () => {
  let parent: string;
  let folder: string;
  let journal: SqliteJournal;

  beforeEach(async () => {
    parent = temporaryFolder('in-use-');
    folder = join(parent, 'registry');
    journal = await SqliteJournal.open(folder);
    await journal.accept(events(20), 0);
  });
  afterEach(() => journal.close());

  const file = (name = 'journal.sqlite') => join(folder, name);
  const inFile = (path: string) => {
    const db = new DatabaseSync(path, { readOnly: true });
    const { n } = db.prepare('select count(*) as n from events').get() as { n: number };
    db.close();
    return n;
  };

  /** What is lost is noticed without a call; then the journal is opened anew, as the engine does. */
  async function reopened(): Promise<string> {
    const { message } = await journal.lost;
    await assert.rejects(journal.accept([anEvent('late')], 0), { name: 'Unavailable' });
    await journal.close();
    journal = await SqliteJournal.open(folder);
    return message;
  }

  for (const [what, displace] of [
    ['deleted', () => rmSync(file())],
    ['renamed', () => renameSync(file(), file('elsewhere.sqlite'))],
    ['deleted with its folder', () => rmSync(folder, { recursive: true })],
    ['moved with its folder', () => renameSync(folder, join(parent, 'moved'))],
  ] as const) {
    it(`are written anew with all they held when they are ${what}`, async () => {
      displace();
      assert.match(
        await reopened(),
        /was deleted or moved away while it was in use: it has been written anew/,
      );
      assert.equal(journal.notice, null);
      await journal.accept([anEvent('one more')], 0);
      await journal.close();
      assert.equal(inFile(file()), 21);
      for (const moved of [file('elsewhere.sqlite'), join(parent, 'moved/journal.sqlite')])
        if (existsSync(moved)) assert.equal(inFile(moved), 20);
    });
  }

  it('take no event once they are gone: nothing is acknowledged that no file has', async () => {
    rmSync(file());
    await assert.rejects(
      journal.accept([anEvent('late')], 0),
      /was deleted or moved away while it was in use/,
    );
    await reopened();
    await journal.close();
    assert.equal(inFile(file()), 20);
  });

  it('that were replaced are used as they are now; what the ones before held is kept', async () => {
    const other = join(parent, 'other');
    const another = await SqliteJournal.open(other);
    await another.accept(events(3), 0);
    await another.close();
    renameSync(join(other, 'journal.sqlite'), file());
    const message = await reopened();
    const [, kept = ''] = /was replaced while it was in use: .* is in (\S+)$/.exec(message) ?? [];
    assert.equal(inFile(kept), 20);
    await journal.close();
    assert.equal(inFile(file()), 3);
  });

  for (const name of ['journal.sqlite-wal', 'journal.sqlite-shm', 'lock']) {
    it(`go on without loss when ${name} is deleted`, async () => {
      rmSync(file(name));
      assert.match(await reopened(), new RegExp(`^${name} was deleted or replaced`));
      assert.equal(journal.notice, null);
      await journal.close();
      assert.equal(inFile(file()), 20);
    });
  }

  it('are moved aside when damage is met, and what can be read is taken over', async () => {
    // More than is checked at the opening: the damage is met when it is read.
    const text = 'x'.repeat(1024 * 1024);
    for (let object = 0; object < 66; object += 1)
      await journal.accept([anEvent(object, { payload: JSON.stringify({ object, text }) })], 0);
    await journal.close();
    journal = await SqliteJournal.open(folder);
    overwritePage(file(), pageWith(file(), '{"object":0,"text"'));
    const met = journal.take(aTake(21, { links: [aLink('a')] }));
    await assert.rejects(
      met,
      /the file is damaged: it is moved aside, and what can be read of it is taken over/,
    );
    await reopened();
    const [, told] =
      /a new one was begun, (\d+) events that were not delivered/.exec(journal.notice ?? '') ?? [];
    await journal.close();
    assert.equal(inFile(file()), Number(told));
    assert.ok(Number(told) >= 60 && Number(told) < 86, told);
  });
});

describe('a write-ahead log that was lost while nobody used the journal', () => {
  let folder: string;
  let copy: string;

  /** The folder as a kill would leave it: 5 events in the file, 7 in the write-ahead log alone. */
  beforeEach(async () => {
    const parent = temporaryFolder('wal-');
    folder = join(parent, 'registry');
    copy = join(parent, 'killed');
    const first = await SqliteJournal.open(folder);
    await first.accept(events(5), 0);
    await first.close();
    const second = await SqliteJournal.open(folder);
    await second.accept(events(7), 0);
    cpSync(folder, copy, { recursive: true });
    await second.close();
  });

  const noticeOf = async () => {
    const journal = await SqliteJournal.open(copy);
    await journal.close();
    return journal.notice;
  };

  it('is no matter when it is there', async () => {
    assert.equal(await noticeOf(), null);
  });

  it('is said when it is gone, with the number of events that are lost, and only once', async () => {
    rmSync(join(copy, 'journal.sqlite-wal'));
    assert.match(
      (await noticeOf()) ?? '',
      /write-ahead log \(journal\.sqlite-wal\) is damaged or gone, or .*: 7 events that were accepted are not in it/,
    );
    assert.equal(await noticeOf(), null);
  });

  it('is no reason to give the numbers of what is lost to other events', async () => {
    rmSync(join(copy, 'journal.sqlite-wal'));
    const journal = await SqliteJournal.open(copy);
    const accepted = await journal.accept([anEvent('later')], 0);
    await journal.close();
    assert.deepEqual('events' in accepted && accepted.events.map(({ seq }) => seq), [13]);
  });

  it('is said when it is damaged', async () => {
    const wal = join(copy, 'journal.sqlite-wal');
    const content = readFileSync(wal);
    writeFileSync(wal, content.fill(0xa5, 100));
    assert.match((await noticeOf()) ?? '', /is damaged or gone, or .*: 7 events/);
  });

  for (const [what, change] of [
    ['waits again', (journal: SqliteJournal) => journal.replay({ which: { event: 1 }, callable: [], at: 1 })],
    [
      'is pruned',
      (journal: SqliteJournal) =>
        journal.prune({ settledBefore: null, keepSettled: 0, keysBefore: 0, forMs: 1000 }),
    ],
  ] as const) {
    it(`is not missed where what was touched last ${what}, and the mark is older`, async () => {
      const place = join(temporaryFolder('mark-'), 'registry');
      const mark = join(place, 'journal.sqlite-mark');
      const first = await SqliteJournal.open(place);
      await first.take(aTake(anEvent(1), { links: [] }));
      await first.close();
      const second = await SqliteJournal.open(place);
      const older = readFileSync(mark);
      await change(second);
      await second.close();
      writeFileSync(mark, older);
      const third = await SqliteJournal.open(place);
      await third.close();
      assert.equal(third.notice, null);
    });
  }

  it('is nothing to speak of when the journal was begun anew by hand', async () => {
    for (const name of readdirSync(copy).filter((name) => /^journal\.sqlite(-wal|-shm)?$/.test(name)))
      rmSync(join(copy, name));
    assert.equal(await noticeOf(), null);
  });
});
