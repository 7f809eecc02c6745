import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Moved } from '../../../../src/engine/store/moving/move.ts';
import { moveIntoPostgres, moveOutOfPostgres } from '../../../../src/engine/store/moving/moves.ts';
import { Connection, type Query } from '../../../../src/engine/store/postgres/connection.ts';
import { reserve, setMark } from '../../../../src/engine/store/postgres/move-mark.ts';
import { sqliteStore } from '../../../../src/engine/store/sqlite/sqlite-store.ts';
import { eventually } from '../../../support/eventually.ts';
import { PlainJournal } from '../../../support/journal-faults/plain-journal.ts';
import {
  at,
  carryOut,
  fill,
  keptIn,
  live,
  options,
  randomOperations,
  seenIn,
} from '../../../support/moved-registry.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { smallDisk } from '../../../support/small-disk.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { anEvent, aTake } from '../store-contract.ts';

describe('a registry that is moved out of PostgreSQL', () => {
  let url: string;
  let folder: string;
  let schema: string;
  let schemas = 0;

  before(async () => {
    ({ url } = await sharedPostgres());
  });
  beforeEach(() => {
    folder = temporaryFolder('moved-out-');
    schemas += 1;
    schema = `moved_out_${schemas}`;
  });

  const moving = () => ({ folder, server: { connectionString: url }, schema, registry: 'registry' });
  const moveOut = (changes: Partial<Parameters<typeof moveOutOfPostgres>[0]> = {}) =>
    moveOutOfPostgres({ ...moving(), ...changes });
  const open = () => openPostgres(url, schema, options);
  const openFolder = (path = folder) => sqliteStore(path).open(options);
  const journalOf = (path = folder) => join(path, 'journal.sqlite');

  async function withQuery<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const connection = await Connection.open({ connectionString: url }, schema);
    return work(connection.query).finally(() => connection.close());
  }

  /** @returns what there is to be seen */
  async function filled(): Promise<unknown> {
    let store = await open();
    await fill(store);
    await store.instances?.countFailure('c');
    await store.close();
    // What it had in hand is put back.
    store = await open();
    return seenIn(store).finally(() => store.close());
  }

  /** Cut off as soon as rows of a table are there. */
  const cutOffAt = async (table: string, path = folder) => {
    const cutOff = new Error('cut off');
    const onProgress = (moved: Moved) => {
      if (moved.table === table) throw cutOff;
    };
    await assert.rejects(moveOut({ onProgress, folder: path }), cutOff);
  };

  it('has its log, its numbers and its switches in the folder, and goes on', async () => {
    const before = await filled();
    const progress: Moved[] = [];
    await moveOut({ onProgress: (moved) => progress.push(moved) });
    assert.ok(progress.some(({ table, rows }) => table === 'events' && rows === 7));
    const store = await openFolder();
    try {
      assert.equal(store.notice, null);
      assert.deepEqual(await seenIn(store), before);
      const { handlers, journal } = store;
      await handlers.number(['c', 'a']);
      assert.deepEqual(
        ['a', 'b', 'c'].map((id) => handlers.numberOf(id)),
        [1, 2, 3],
      );
      assert.deepEqual([handlers.overrideOf('b')?.by, handlers.hold()?.reason], ['anna', 'maintenance']);
      const { circuits, alarms, replays } = journal.found;
      assert.deepEqual([circuits.length, alarms.length, replays.length], [1, 1, 1]);
      const again = await journal.accept([anEvent(1), anEvent(1), anEvent(2)], 1, { key: 'k', hash: 'h' });
      assert.equal(again.outcome, 'duplicate');
      assert.equal((await journal.startParked('a', 10, at + 5000)).started.length, 1);
      assert.equal((await journal.startNext('a', 10, at)).started.length, 1);
      assert.equal((await journal.emitNext(10, ['event-node'])).length, 2);
      const accepted = await journal.accept([anEvent(99)], 1);
      const [{ seq = 0 } = {}] = accepted.outcome === 'accepted' ? accepted.events : [];
      assert.ok(seq > 7 && seq < 1000, `${seq}`);
    } finally {
      await store.close();
    }
  });

  for (const seed of [1, 2, 3])
    it(`is as it was once it is back where it came from (${seed})`, async function () {
      this.timeout(120_000);
      const store = await sqliteStore(folder, { drafts: false }).open(options);
      await live(store, journalOf(), seed);
      await store.close();
      await moveIntoPostgres(moving());
      const [aside = ''] = readdirSync(folder).filter((name) => name.startsWith('journal.sqlite.moved-'));
      await moveOut();
      assert.deepEqual(keptIn(journalOf()), keptIn(join(folder, aside)));
    });

  it('has the rows that it would have if it had always been there', async function () {
    this.timeout(120_000);
    const store = await openPostgres(url, schema, { ...options, drawsAhead: false });
    const plain = new PlainJournal();
    for (const one of randomOperations(plain.db, 4)) {
      await carryOut(store.journal, one).catch(() => undefined);
      plain.carryOut([one]);
    }
    await store.close();
    const file = join(temporaryFolder('moved-out-'), 'plain.sqlite');
    plain.db.prepare('vacuum into ?').run(file);
    plain.close();
    await moveOut();
    const rowsOf = (file: string) => {
      const { meta, numbers, events, ...rows } = keptIn(file);
      return { ...rows, events: (events as object[]).map((event) => ({ ...event, touched_at: null })) };
    };
    assert.deepEqual(rowsOf(journalOf()), rowsOf(file));
  });

  it('leaves nothing of the time before it was there', async () => {
    let store = await openFolder();
    await fill(store);
    await store.close();
    writeFileSync(join(folder, 'search.sqlite'), 'of then');
    await moveIntoPostgres(moving());
    store = await open();
    store.handlers.override('b', null);
    store.handlers.holdAll(null);
    await store.handlers.save();
    await store.close();
    await moveOut();
    assert.deepEqual([existsSync(join(folder, 'search.sqlite')), existsSync(journalOf())], [false, true]);
    store = await openFolder();
    assert.deepEqual([store.handlers.overridden(), store.handlers.hold(), store.notice], [[], null, null]);
    await store.close();
  });

  it('goes on where it was cut off, and neither side is opened until then', async () => {
    const before = await filled();
    await cutOffAt('executions');
    await assert.rejects(
      open(),
      /is being moved into the folder .*begin it again.*; or go on here by delete/,
    );
    await assert.rejects(openFolder(), /is being moved out of the schema .*begin it again/);
    await moveOut();
    await assert.rejects(open(), /was moved into the folder .*take provisioning.postgres out of settings.js/);
    const store = await openFolder();
    assert.deepEqual(await seenIn(store), before);
    await store.close();
  });

  it('goes on once the disk that was full has room', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const store = await open();
    const payload = `"${'x'.repeat(1024 * 1024)}"`;
    for (let n = 0; n < 12; n += 1) await store.journal.accept([anEvent(n, { payload })], 0);
    await store.close();
    const disk = await smallDisk(join(folder, 'disk'), '40m');
    try {
      const room = join(disk.folder, 'room');
      writeFileSync(room, Buffer.alloc(32 * 1024 * 1024));
      const path = join(disk.folder, 'registry');
      await assert.rejects(moveOut({ folder: path }), /the disk is full: free some space \(.*journal.sqlite/);
      rmSync(room);
      await moveOut({ folder: path });
      const moved = await openFolder(path);
      assert.equal((await moved.log.counts()).waiting, 12);
      await moved.close();
    } finally {
      await disk.unmount();
    }
  });

  it('is moved once: what was begun elsewhere before is of no use', async () => {
    await filled();
    const other = temporaryFolder('moved-out-');
    await cutOffAt('executions', other);
    await moveOut();
    await assert.rejects(
      moveOut({ folder: other }),
      new RegExp(`was moved already, into the folder ${folder}`),
    );
    await assert.rejects(openFolder(other), /is being moved out of/);
    await assert.rejects(moveOut(), /was moved already/);
    await assert.rejects(moveIntoPostgres(moving()), /holds what was moved into the folder .*: drop schema/);
  });

  it('can go on where it is after all, and be moved anew then', async () => {
    await filled();
    await cutOffAt('executions');
    const advice = await open().catch((error: Error) => /delete from .*/.exec(error.message)?.[0]);
    await withQuery((query) => query(String(advice)));
    const store = await open();
    await store.journal.accept([anEvent(50)], 0);
    await store.close();
    await assert.rejects(moveOut(), /holds the half of another move: move .*journal.sqlite away/);
    rmSync(journalOf());
    await moveOut();
    const moved = await openFolder();
    assert.equal((await moved.log.events({ objectId: '50' }, { limit: 5 })).items.length, 1);
    await moved.close();
  });

  it('is not moved while it is in use, from nowhere, or to where events are', async () => {
    await assert.rejects(moveOut(), /there is no registry in the schema moved_out_/);
    await assert.rejects(
      open().then((store) => moveOut().finally(() => store.close())),
      /in use by a Node-RED on/,
    );
    assert.deepEqual(readdirSync(folder).includes('registry.json'), false);
    const own = await openFolder();
    await own.journal.accept([anEvent(1)], 0);
    await assert.rejects(moveOut(), /the folder is in use by another process/);
    await own.close();
    await assert.rejects(
      moveOut(),
      /holds events already: move .*journal.sqlite away, or choose another folder/,
    );
    for (const store of [await open(), await openFolder()]) await store.close();
  });

  it('waits for nobody who is gone, and takes over what that had in hand', async () => {
    await filled();
    const elsewhere = `update instances set dead = false, name = 'm2', machine = 'another', began = ''`;
    await withQuery((query) => query(elsewhere));
    await assert.rejects(moveOut(), /in use by a Node-RED on m2, .*one that has crashed counts as gone/);
    await withQuery((query) => query("update beats set seen_at = seen_at - interval '101 s'"));
    await moveOut();
    // It can not write there any more, wherever it is.
    const there = await withQuery((query) => query('select 1 from instances where not dead', []));
    assert.deepEqual(there, []);
    const store = await openFolder();
    const { items } = await store.log.events({ status: ['running'] }, { limit: 10 });
    assert.equal(items.length, 0);
    assert.equal((await store.journal.startNext('a', 10, at)).started.length, 1);
    await store.close();
  });

  it('is not opened by who comes while it is marked', async () => {
    await filled();
    const connection = await Connection.open({ connectionString: url }, schema);
    await connection.query('begin');
    await connection.query('lock table instances in share mode');
    const opening = open();
    const waiting = `select 1 from pg_locks where not granted and relation = '${schema}.instances'::regclass`;
    await eventually('its opening waits', async () => (await connection.query(waiting)).length === 1);
    const mark = { state: 'leaving', token: 't', other: 'the folder f' } as const;
    await withQuery((query) => setMark(query, mark));
    await connection.query('commit');
    await assert.rejects(opening, /is being moved into the folder f/);
    await connection.close();
  });

  it('stays in use where it could not be marked', async () => {
    await filled();
    const refused = new Error('refused');
    const mark = { state: 'leaving', token: 't', other: 'the folder f' } as const;
    await assert.rejects(
      withQuery((query) => reserve(query, mark, () => Promise.reject(refused))),
      refused,
    );
    await open().then((store) => store.close());
  });

  it('gives no number again, also not one of an event that is pruned', async () => {
    let store = await open();
    const taken = await store.journal.take(aTake(anEvent(1), { links: [] }));
    assert.ok(taken.outcome === 'taken');
    const all = { settledBefore: at + 1000, keepSettled: null, keysBefore: 0, forMs: 100 };
    assert.equal((await store.journal.prune(all)).pruned, 1);
    await store.close();
    await moveOut();
    store = await openFolder();
    const accepted = await store.journal.accept([anEvent(1)], 0);
    assert.ok(accepted.outcome === 'accepted' && (accepted.events[0]?.seq ?? 0) > taken.seq);
    await store.close();
  });

  it('has no two touches at the same time afterwards, in the order in which they were', async () => {
    const store = await open();
    const objects = Array.from({ length: 8 }, (_, n) => anEvent(n));
    await store.journal.accept(objects, 0);
    await store.close();
    await withQuery((query) =>
      query(`update events set stage = 10, touched_at = (array[5, 9, 5, 5, 6, 6, 20, 9])[seq]`),
    );
    await moveOut();
    const db = new DatabaseSync(journalOf(), { readOnly: true });
    const rows = db.prepare('select seq, touched_at as at from events order by touched_at').all();
    db.close();
    assert.deepEqual(
      rows.map(({ seq, at }) => [seq, at]),
      [
        [1, 5],
        [3, 6],
        [4, 7],
        [5, 8],
        [6, 9],
        [2, 10],
        [8, 11],
        [7, 20],
      ],
    );
  });

  it('is carried in parts that have an end, whichever way', async () => {
    const store = await openFolder();
    const payload = `"${'x'.repeat(1024 * 1024)}"`;
    for (let n = 0; n < 20; n += 1) await store.journal.accept([anEvent(n, { payload })], 0);
    await store.close();
    for (const way of [moveIntoPostgres, moveOutOfPostgres]) {
      const parts: number[] = [];
      await way({ ...moving(), onProgress: ({ rows }) => parts.push(rows) });
      assert.deepEqual(parts, [8, 16, 20]);
    }
  });
});
