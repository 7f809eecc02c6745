import { strict as assert } from 'node:assert';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { migrations, schemaVersion, versionOf } from '../../../../src/engine/store/sqlite/schema.ts';
import { SqliteJournal } from '../../../../src/engine/store/sqlite/sqlite-journal.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';
import { aLink, anEvent, aTake } from '../store-contract.ts';

describe('the journal in SQLite', () => {
  const root = journalFolder('journal-');
  let folders = 0;
  const newFolder = () => join(root, String(++folders));
  after(() => rmSync(root, { recursive: true, force: true }));

  it('shares one commit between operations that are called together', async () => {
    const folder = newFolder();
    const journal = await SqliteJournal.open(folder);
    const commits = () => {
      const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true });
      const { n } = db.prepare('select count(*) as n from events').get() as { n: number };
      db.close();
      return n;
    };
    await Promise.all(Array.from({ length: 500 }, (_, object) => journal.accept([anEvent(object)], 1)));
    await journal.whileRead(async () => undefined);
    assert.equal(commits(), 500);
    await journal.close();
  });

  it('keeps its process until it is closed, whatever the writer tells by itself meanwhile', async () => {
    const source = new URL('../../../../src/engine/store/sqlite/sqlite-journal.ts', import.meta.url).href;
    const program = join(root, 'closes.mjs');
    // So many that are settled are written by the writer at once, which it tells.
    writeFileSync(
      program,
      `import { SqliteJournal } from ${JSON.stringify(source)};
      const journal = await SqliteJournal.open(${JSON.stringify(newFolder())});
      const event = ${JSON.stringify({ ...anEvent(1), ordered: false })};
      const take = { event, executor: null, links: [], missed: [], start: true, at: 1, emit: false };
      await Promise.all(Array.from({ length: 3000 }, () => journal.take(take)));
      await journal.close();
      console.log('closed');`,
    );
    const ended = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
    assert.equal(ended.stdout.trim(), 'closed');
  });

  it('fails only the operation that is wrong, not those that share its commit', async () => {
    const journal = await SqliteJournal.open(newFolder());
    const broken = { ...anEvent(1), payload: null as unknown as string };
    const [before, wrong, after] = await Promise.allSettled([
      journal.accept([anEvent(2)], 1),
      journal.accept([broken], 1),
      journal.accept([anEvent(3)], 1),
    ]);
    assert.deepEqual([before?.status, wrong?.status, after?.status], ['fulfilled', 'rejected', 'fulfilled']);
    assert.deepEqual(await journal.accept([], 0, undefined, -1), { outcome: 'full', waiting: 2 });
    await journal.close();
  });

  it('brings a journal of an older version to this one, with all that it holds', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    const db = new DatabaseSync(join(folder, 'journal.sqlite'));
    db.exec(`${migrations[0]}; pragma user_version = 1;
      insert into events(seq, event_type, object_id, object_key, node, stage, turn, accepted_at, payload)
      values(7, 'clients.update', '1', 'clients:1', 'event-node', 1, 7, 1700000000000, '{"old":1}')`);
    const execution =
      db.prepare(`insert into executions(seq, event_seq, position, event_type, object_id, object_key,
      handler_id, handler_number, handler_name, handler_type, priority, stop, status, replay_of)
      values(?, 3, 0, 'clients.update', '1', 'clients:1', 'a', 1, 'A', 'http', 1, 0, 4, ?)`);
    for (const [seq, replayOf] of [
      [1, null],
      [2, 1],
      [4, 2],
      [5, null],
    ] as const)
      execution.run(seq, replayOf);
    db.exec('update executions set position = 1 where seq = 5');
    db.close();
    const journal = await SqliteJournal.open(folder);
    const [emission] = await journal.emitNext(1, ['event-node']);
    assert.deepEqual([emission?.seq, emission?.payload], [7, '{"old":1}']);
    const taken = await journal.take(aTake(7));
    assert.equal(taken.outcome === 'taken' && taken.hops, 0);
    await journal.close();
    const after = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true });
    assert.equal(versionOf(after), schemaVersion);
    const replayedAs = after
      .prepare('select replayed_as from executions where event_seq = 3 order by seq')
      .all();
    assert.deepEqual(
      replayedAs.map((row) => row['replayed_as']),
      [4, 4, null, null],
    );
    const indexes = after.prepare("select name from sqlite_master where type = 'index'").all();
    for (const gone of ['events_by_object', 'executions_by_object', 'parked_stale'])
      assert.ok(!indexes.some(({ name }) => name === gone), gone);
    after.close();
  });

  it('refuses a folder that another process holds, and takes it when that is killed', async () => {
    const folder = newFolder();
    const holder = fork(join(import.meta.dirname, '../../../support/journal-holder.ts'), [folder]);
    await once(holder, 'message');
    await assert.rejects(SqliteJournal.open(folder), /in use by another process: stop the other Node-RED/);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await SqliteJournal.open(folder)).close();
  });

  it('refuses a second opening in the same process', async () => {
    const folder = newFolder();
    const journal = await SqliteJournal.open(folder);
    await assert.rejects(SqliteJournal.open(folder), /in use/);
    await journal.close();
  });

  for (const [what, damage] of [
    [
      'that is no database',
      () => Buffer.from('this is not a database, it only looks like a file'.repeat(100)),
    ],
    ['whose pages are damaged', (content: Buffer) => content.fill(0xa5, 4096, 16_384)],
    ['that is cut off', (content: Buffer) => content.subarray(0, 20_000)],
  ] as const) {
    it(`moves a journal aside ${what}, says so and begins a new one`, async () => {
      const folder = newFolder();
      const first = await SqliteJournal.open(folder);
      await first.accept(
        Array.from({ length: 200 }, (_, object) => anEvent(object)),
        0,
      );
      await first.close();
      const file = join(folder, 'journal.sqlite');
      const damaged = damage(readFileSync(file));
      writeFileSync(file, damaged);

      const second = await SqliteJournal.open(folder);
      assert.match(
        second.notice ?? '',
        /was damaged and has been moved to .*journal\.sqlite\.damaged-.*recover/,
      );
      assert.notEqual(second.tag, first.tag);
      assert.deepEqual(await second.accept([], 0, undefined, -1), { outcome: 'full', waiting: 0 });
      const aside = readdirSync(folder).find((name) => /^journal\.sqlite\.damaged-[^.]*Z$/.test(name));
      assert.deepEqual(readFileSync(join(folder, aside ?? '')), Buffer.from(damaged));
      await second.close();
    });
  }

  it('refuses a journal of a newer version and leaves it as it is', async () => {
    const folder = newFolder();
    await (await SqliteJournal.open(folder)).close();
    const file = join(folder, 'journal.sqlite');
    const db = new DatabaseSync(file);
    db.exec('pragma user_version = 99');
    db.close();
    const before = readFileSync(file);
    await assert.rejects(
      SqliteJournal.open(folder),
      /newer version of this package \(format 99.*update the package/,
    );
    assert.deepEqual(readFileSync(file), before);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('damaged')),
      [],
    );
  });

  it('says what to do when the folder can not be made', async () => {
    const file = newFolder();
    writeFileSync(file, 'a file stands where the folder should be');
    await assert.rejects(SqliteJournal.open(join(file, 'registry')), /can not be written: check its owner/);
  });

  it('keeps a lock file that is damaged from locking it out', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, 'lock'), 'garbage'.repeat(1000));
    const journal = await SqliteJournal.open(folder);
    assert.equal(journal.notice, null);
    await journal.close();
  });

  it('rejects what is called after it was closed', async () => {
    const folder = newFolder();
    const journal = await SqliteJournal.open(folder);
    const last = journal.take(aTake(anEvent(1), { links: [aLink('a')] }));
    await journal.close();
    assert.equal((await last).outcome, 'taken');
    await assert.rejects(journal.accept([anEvent(2)], 1), /has ended/);
    assert.ok(existsSync(join(folder, 'journal.sqlite')));
  });

  it('finds each next event by an index', async () => {
    const folder = newFolder();
    await (await SqliteJournal.open(folder)).close();
    const db = new DatabaseSync(join(folder, 'journal.sqlite'));
    const plans = [
      'select seq from events where stage = 1 and node = ? order by accepted_at, seq limit 1',
      'select seq from events where stage = 4 and next_handler = ? order by turn limit 1',
      'select stage from events where object_key = ? and stage < 6 and ordered = 1 order by stage desc limit 1',
      'select seq from executions where object_key = ? and handler_id = ? and status < 3 and ordered = 1 order by seq limit 1',
    ].map((sql) =>
      db
        .prepare(`explain query plan ${sql}`)
        .all(...(sql.match(/\?/g) ?? []).map(() => 'x'))
        .map((row) => String(row['detail'])),
    );
    db.close();
    for (const plan of plans) {
      assert.match(plan.join('; '), /USING (COVERING )?INDEX (ready|due|lanes|unsettled)/);
      assert.doesNotMatch(plan.join('; '), /SCAN|TEMP B-TREE/);
    }
  });
});
