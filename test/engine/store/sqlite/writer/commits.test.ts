import { strict as assert } from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
import { Announcements } from '../../../../../src/engine/store/operations/announcements.ts';
import { commitsOn } from '../../../../../src/engine/store/sqlite/writer/commits.ts';
import type { operationsOn } from '../../../../../src/engine/store/sqlite/writer/operations.ts';
import type { Operation, Result } from '../../../../../src/engine/store/sqlite/writer/protocol.ts';

describe('the commits of the journal’s writer', () => {
  let db: DatabaseSync;
  let commits: number;
  let isolated: boolean[];
  let carryOut: (batch: readonly Operation[]) => Result[];

  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    db.exec('create table kept(id integer primary key, text text not null) strict');
    commits = 0;
    isolated = [];
    const counting = Object.create(db, {
      exec: {
        value: (sql: string) => {
          db.exec(sql);
          if (sql === 'commit') commits += 1;
        },
      },
      isTransaction: { get: () => db.isTransaction },
    }) as DatabaseSync;
    const insert = db.prepare('insert into kept(text) values(?)');
    const operations = {
      recall: (text: string | null) => insert.run(text).lastInsertRowid,
      // As SQLite says that the disk is full.
      prune: () => {
        throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
      },
      work: new Announcements(),
      isolate: (on: boolean) => isolated.push(on),
      drafts: { complete: () => undefined, keep: () => undefined },
      mark: () => () => undefined,
    };
    const made = commitsOn(counting, operations as unknown as ReturnType<typeof operationsOn>, '/folder');
    carryOut = (batch) => made.carryOut(batch);
  });
  afterEach(() => db.close());

  const keep = (text: string | null): Operation => ({ name: 'recall', args: [text] });
  const tooMuch: Operation = { name: 'prune', args: [] };
  const shown = (results: readonly Result[]) =>
    results.map((result) => ('value' in result ? 'kept' : result.failure.kind));
  const texts = () =>
    db
      .prepare('select text from kept order by id')
      .all()
      .map((row) => row['text']);

  it('are one for all operations of a batch', () => {
    assert.deepEqual(shown(carryOut(['a', 'b', 'c'].map(keep))), ['kept', 'kept', 'kept']);
    assert.equal(commits, 1);
    assert.deepEqual(isolated, [false], 'what sets parts apart costs, and nothing has failed');
  });

  it('are one for the others, in their order, where some fail for reasons of their own', () => {
    const results = carryOut(['a', null, 'b', null, 'c'].map(keep));
    assert.deepEqual(shown(results), ['kept', 'failed', 'kept', 'failed', 'kept']);
    assert.deepEqual([texts(), commits], [['a', 'b', 'c'], 1]);
    assert.deepEqual(isolated, [false, true]);
  });

  it('are one for each where the disk is full, so that it takes what it still can', () => {
    const results = carryOut([keep('a'), tooMuch, keep('b')]);
    assert.deepEqual(shown(results), ['kept', 'full', 'kept']);
    assert.deepEqual([texts(), commits], [['a', 'b'], 2]);
  });

  it('are none where all fail', () => {
    assert.deepEqual(shown(carryOut([keep(null), keep(null)])), ['failed', 'failed']);
    assert.deepEqual([texts(), commits], [[], 0]);
  });
});
