import { strict as assert } from 'node:assert';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { openJournal } from '../../../../../src/engine/store/sqlite/open.ts';
import { migrate } from '../../../../../src/engine/store/sqlite/schema.ts';
import { SqliteJournal } from '../../../../../src/engine/store/sqlite/sqlite-journal.ts';
import { commitsOn } from '../../../../../src/engine/store/sqlite/writer/commits.ts';
import { writeLeftOver } from '../../../../../src/engine/store/sqlite/writer/drafts/left-over.ts';
import { operationsOn } from '../../../../../src/engine/store/sqlite/writer/operations.ts';
import type { Operation, Result } from '../../../../../src/engine/store/sqlite/writer/protocol.ts';
import { stage } from '../../../../../src/engine/store/stage.ts';
import { eventually } from '../../../../support/eventually.ts';
import { storedRows } from '../../../../support/journal-rows.ts';
import { type Batch, histories, operationsOf } from '../../../../support/operation-history.ts';
import { journalFolder } from '../../../../support/temporary-folder.ts';
import { aLink, anEvent, aPass, aTake, succeeded } from '../../store-contract.ts';

/** A writer of a journal in memory. */
class Writer {
  readonly db = new DatabaseSync(':memory:');
  readonly operations;
  readonly commits;
  /** Whether its disk is full. */
  isFull = false;

  constructor(drafts: boolean) {
    migrate(this.db);
    const failing = Object.create(this.db, {
      exec: {
        value: (sql: string) => {
          if (sql === 'commit' && this.isFull)
            throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
          this.db.exec(sql);
        },
      },
      isTransaction: { get: () => this.db.isTransaction },
    }) as DatabaseSync;
    this.operations = operationsOn(this.db, { drafts });
    this.commits = commitsOn(failing, this.operations, '/folder');
  }

  /** What comes of a batch: answers, and the work that they announce. */
  carryOut(batch: readonly Operation[]): unknown {
    const results = this.commits.carryOut(batch).map(withoutMessage);
    const { emitted = [], due = [], parked = [], ready = false } = this.operations.work.take() ?? {};
    return { results, emitted, ready, due: due.toSorted(), parked };
  }

  /** The rows, as they are after a crash. */
  rows(): unknown {
    this.db.exec('begin');
    writeLeftOver(this.db);
    const all = (sql: string) => this.db.prepare(sql).all();
    const rows = {
      // How often a batch was tried shows in the times of touch, but not in their order.
      events: all('select *, null as touched_at from events order by seq'),
      touched: all('select seq from events where touched_at is not null order by touched_at'),
      executions: all('select * from executions order by seq'),
      attempts: all('select * from attempts'),
      keys: all('select * from idempotency_keys'),
      askers: all('select * from askers'),
      groups: all('select * from failure_groups'),
    };
    this.db.exec('rollback');
    return rows;
  }

  count(table: 'events' | 'executions' | 'notes'): number {
    return Number(this.db.prepare(`select count(*) as n from ${table}`).get()?.['n']);
  }
}

function withoutMessage(result: Result): unknown {
  return 'value' in result ? result : { failure: result.failure.kind };
}

describe('the drafts of the journal', () => {
  it('are answered for as rows are, and leave the same rows, whenever they are written and whatever fails', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const plain = new Writer(false);
        const drafting = new Writer(true);
        for (const [number, batch] of history.entries()) follow(batch, number, plain, drafting);
        assert.deepEqual(drafting.rows(), plain.rows());
      }),
      { numRuns: 30 },
    );
  });

  function follow(batch: Batch, number: number, plain: Writer, drafting: Writer): void {
    const operations = operationsOf(batch, plain.db, number);
    if (operations.length === 0) return;
    for (const writer of [plain, drafting]) writer.isFull = batch.end === 'full';
    drafting.operations.drafts.rows.keepRows(number % 3 === 0);
    assert.deepEqual(drafting.carryOut(operations), plain.carryOut(operations));
    for (const writer of [plain, drafting]) writer.isFull = false;
    if (batch.writes !== 'nothing') assert.equal(drafting.commits.writeDrafts(batch.writes), undefined);
    if (number % 4 === 0) assert.deepEqual(drafting.rows(), plain.rows());
    if (batch.writes === 'all') assert.equal(drafting.count('notes'), 0);
  }

  describe('of a plain event', () => {
    let writer: Writer;
    beforeEach(() => {
      writer = new Writer(true);
    });
    const carryOut = (name: Operation['name'], ...args: readonly unknown[]) =>
      writer.carryOut([{ name, args }]);
    const counts = () => (['events', 'executions', 'notes'] as const).map((table) => writer.count(table));

    it('are a note a commit, and rows once, when it is settled', () => {
      carryOut('accept', [anEvent(1)], 1);
      carryOut('take', aTake(1));
      assert.deepEqual(counts(), [0, 0, 2]);
      assert.equal(writer.commits.writeDrafts('settled'), undefined);
      assert.deepEqual(counts(), [0, 0, 2], 'it is not settled');
      carryOut('endTurn', {
        event: 1,
        change: succeeded(1),
        pass: aPass({ plain: true }),
        at: 1,
        emit: false,
      });
      assert.deepEqual([counts(), writer.operations.takeTouched()], [[0, 0, 3], false]);
      assert.equal(writer.commits.writeDrafts('settled'), undefined);
      assert.deepEqual([counts(), writer.operations.takeTouched()], [[1, 1, 0], true]);
    });

    it('keep notes from the oldest draft on, and none of what has been written', () => {
      for (const object of [1, 2, 3]) carryOut('accept', [anEvent(object)], 1);
      carryOut('take', aTake(2, { links: [] }));
      assert.equal(writer.commits.writeDrafts('settled'), undefined);
      assert.deepEqual(counts(), [1, 0, 5], 'four, and that one is written');
      carryOut('take', aTake(1, { links: [] }));
      assert.equal(writer.commits.writeDrafts('settled'), undefined);
      assert.deepEqual(counts(), [2, 0, 5], 'those since the third was accepted');
    });

    it('keep the order of their touches where the commit that writes them is undone', () => {
      for (const object of [1, 2, 3]) carryOut('take', aTake(anEvent(object), { links: [] }));
      writer.isFull = true;
      assert.equal(writer.commits.writeDrafts('settled')?.kind, 'full');
      writer.isFull = false;
      assert.equal(writer.commits.writeDrafts('settled'), undefined);
      const seqs = writer.db.prepare('select seq from events order by touched_at').all();
      assert.deepEqual(
        seqs.map(({ seq }) => seq),
        [1, 2, 3],
      );
    });

    it('are rows while it waits, and what goes before it is a draft', () => {
      carryOut('accept', [anEvent(1)], 0);
      assert.deepEqual(counts(), [1, 0, 0], 'nobody has room for it');
      carryOut('accept', [anEvent(2)], 1);
      carryOut('accept', [anEvent(2)], 1);
      assert.deepEqual(counts(), [2, 0, 1], 'one waits behind another');
      carryOut('take', aTake(anEvent(3), { start: false }));
      assert.deepEqual(counts(), [3, 1, 1], 'its handler has no room');
    });

    it('take the place of its row when it goes out after it has waited', () => {
      carryOut('accept', [anEvent(1), anEvent(1)], 0);
      carryOut('emitNext', 1, ['event-node']);
      assert.deepEqual(counts(), [1, 0, 1]);
      carryOut('take', aTake(1, { links: [], emit: true }));
      assert.deepEqual(counts(), [0, 0, 2], 'and the next one with it');
      assert.equal(writer.commits.writeDrafts('all'), undefined);
      assert.deepEqual(counts(), [2, 0, 0]);
    });

    it('leave the row of an event that has waited while somebody reads', () => {
      carryOut('accept', [anEvent(1), anEvent(2)], 0);
      writer.operations.drafts.rows.keepRows(true);
      carryOut('emitNext', 1, ['event-node']);
      assert.deepEqual(counts(), [2, 0, 0]);
      writer.operations.drafts.rows.keepRows(false);
      carryOut('emitNext', 1, ['event-node']);
      assert.deepEqual(counts(), [1, 0, 1]);
    });

    it('are rows where another one of its object was taken before it came back', () => {
      carryOut('accept', [anEvent(1)], 1);
      carryOut('take', aTake(anEvent(1), { start: false }));
      assert.deepEqual(counts(), [2, 1, 0]);
      carryOut('recall');
      carryOut('emitNext', 1, ['event-node']);
      assert.deepEqual(counts(), [2, 1, 0]);
    });

    it('are rows where it is emitted again', () => {
      carryOut('take', aTake(anEvent(1), { links: [] }));
      carryOut('accept', [anEvent(1)], 1);
      carryOut('take', aTake(2, { links: [] }));
      assert.equal(writer.commits.writeDrafts('all'), undefined);
      for (const event of [1, 2]) carryOut('replay', { which: { event }, callable: [], at: 1 });
      carryOut('emitNext', 1, ['event-node']);
      assert.deepEqual(counts(), [2, 0, 0]);
    });

    it('are rows from the moment when a handler fails', () => {
      carryOut('take', aTake(anEvent(1), { links: [aLink('a'), aLink('b')] }));
      assert.deepEqual(counts(), [0, 0, 1]);
      carryOut('endTurn', {
        event: 1,
        change: { ...succeeded(1), status: 'failed' },
        pass: aPass({ start: { seq: 2, handler: 'b' } }),
        at: 1,
        emit: false,
      });
      assert.deepEqual(counts(), [1, 2, 0]);
    });

    it('are not noted where there are rows at once', () => {
      carryOut('accept', [anEvent(1), anEvent(2)], 2);
      carryOut('accept', [anEvent(3)], 0);
      assert.deepEqual(counts(), [1, 0, 1]);
      carryOut('recall', [1]);
      const [, written] = writer.db.prepare('select text from notes order by n').all();
      assert.equal(written?.['text'], '[["written",1]]');
    });

    it('are refused alone where SQLite takes no row of an event that waits', () => {
      refuse();
      const batch = [2, 1, 3].map((object): Operation => ({ name: 'accept', args: [[anEvent(object)], 0] }));
      const results = writer.commits.carryOut(batch).map((result) => 'value' in result);
      assert.deepEqual(
        [results, counts()],
        [
          [true, false, true],
          [2, 0, 0],
        ],
      );
    });

    it('are put aside where SQLite takes no row of an event, and tried again at the next opening', () => {
      refuse();
      carryOut('accept', [anEvent(1), anEvent(2)], 2);
      writeLeftOver(writer.db);
      assert.deepEqual(counts(), [1, 0, 1]);
      writer.db.exec('drop trigger refusal');
      writeLeftOver(writer.db);
      assert.deepEqual(counts(), [2, 0, 0]);
    });

    const refuse = () =>
      writer.db.exec(
        `create trigger refusal before insert on events when new.object_id = '1'
         begin select raise(abort, 'out of ink'); end`,
      );

    it('are written before anybody reads them', async () => {
      const folder = journalFolder();
      const journal = await SqliteJournal.open(folder);
      await journal.accept([anEvent(1)], 1);
      assert.deepEqual(storedRows(folder, 'select seq from events'), []);
      await journal.whileRead(async () => undefined);
      assert.equal(storedRows(folder, 'select seq from events').length, 1);
      await journal.close();
    });

    it('are written by themselves when it has been open for a while', async () => {
      const folder = journalFolder();
      const journal = await SqliteJournal.open(folder);
      await journal.accept([anEvent(1)], 1);
      await eventually('its row is there', () => storedRows(folder, 'select seq from events').length === 1);
      await journal.close();
    });
  });

  it('are not missed where what was written of them was not synced yet', async () => {
    const folder = journalFolder();
    const copy = journalFolder();
    const journal = await SqliteJournal.open(folder);
    await Promise.all([1, 2, 3].map((object) => journal.take(aTake(anEvent(object), { links: [] }))));
    for (const file of ['journal.sqlite', 'journal.sqlite-wal'])
      copyFileSync(join(folder, file), join(copy, file));
    await eventually(
      'their rows are written',
      () => storedRows(folder, 'select seq from events').length === 3,
    );
    copyFileSync(join(folder, 'journal.sqlite-mark'), join(copy, 'journal.sqlite-mark'));
    const { db, lock, mark, notice } = openJournal(copy);
    assert.equal(db.prepare('select count(*) as n from events').get()?.['n'], 3);
    assert.equal(notice, null);
    db.close();
    mark.close();
    lock.release();
    await journal.close();
  });

  it('are whole or not there at all, wherever the write-ahead log is cut off or changed', async () => {
    const folder = journalFolder();
    const wal = join(folder, 'journal.sqlite-wal');
    const journal = await SqliteJournal.open(folder);
    /** Where the first step begins: before it there is the schema. */
    const begun = statSync(wal).size;
    /** Size of the log when each step was answered. */
    const answered: number[] = [];
    const step = async (write: Promise<unknown>) => {
      await write;
      answered.push(statSync(wal).size);
    };
    for (let seq = 1; seq <= 6; seq += 1) {
      await step(journal.accept([anEvent(seq)], 1));
      await step(journal.take(aTake(seq)));
      const pass = aPass({ plain: true });
      await step(journal.endTurn({ event: seq, change: succeeded(seq), pass, at: 1, emit: false }));
    }
    const left = readFileSync(wal);
    const opened = (name: string, log: Buffer) => {
      const copy = join(folder, name);
      mkdirSync(copy);
      copyFileSync(join(folder, 'journal.sqlite'), join(copy, 'journal.sqlite'));
      writeFileSync(join(copy, 'journal.sqlite-wal'), log);
      const { db, lock, mark } = openJournal(copy);
      const stages = db.prepare('select seq, stage from events order by seq').all();
      const executions = db
        .prepare('select event_seq as event, status, response from executions order by seq')
        .all();
      db.close();
      mark.close();
      lock.release();
      return { stages, executions };
    };
    /** How many steps a journal has, which must be the first ones. */
    const stepsOf = ({ stages, executions }: ReturnType<typeof opened>) => {
      const open = [stage.emitted, stage.running];
      return stages.reduce((steps, { seq, stage: at }, index) => {
        const execution = executions[index];
        const isLast = index === stages.length - 1;
        assert.ok(seq === index + 1 && (isLast || at === stage.succeeded));
        assert.equal(execution?.['status'], { [stage.running]: 1, [stage.succeeded]: 3 }[Number(at)]);
        assert.equal(execution?.['response'] ?? null, at === stage.succeeded ? 'ok' : null);
        return steps + (at === stage.succeeded ? 3 : 1 + open.indexOf(Number(at) as 2));
      }, 0);
    };
    const frame = 24 + 4096;
    const cuts = Array.from(
      { length: Math.floor(left.length / frame) + 1 },
      (_, index) => 32 + index * frame,
    ).filter((cut) => cut >= begun);
    for (const cut of cuts) {
      for (const size of [cut - 1, cut, cut + 1 + (cut % 4000)]) {
        const steps = stepsOf(opened(`cut-${size}`, left.subarray(0, size)));
        const sure = answered.filter((end) => end <= size).length;
        assert.ok(steps >= sure, `${steps} of ${sure} steps that were answered, cut at ${size}`);
      }
      const changed = Buffer.from(left);
      const place = Math.min(left.length - 1, cut + (cut % 4000));
      changed[place] = (changed[place] ?? 0) ^ (1 << (cut % 8));
      const steps = stepsOf(opened(`changed-${cut}`, changed));
      assert.ok(steps >= answered.filter((end) => end <= place).length, `changed at ${place}`);
    }
    await journal.close();
  });
});
