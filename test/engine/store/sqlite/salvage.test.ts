import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { salvage } from '../../../../src/engine/store/sqlite/salvage.ts';
import { migrate } from '../../../../src/engine/store/sqlite/schema.ts';
import { SqliteJournal } from '../../../../src/engine/store/sqlite/sqlite-journal.ts';
import { overwritePage, pageWith, rootOf } from '../../../support/damage.ts';
import { LeftFiles } from '../../../support/journal-rows.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';
import { aLink, anEvent, aPass, aTake, parkedUncalled, succeeded } from '../store-contract.ts';

const at = 1_700_000_000_000;

describe('a journal that was damaged while nobody used it', () => {
  it('gives what it had not delivered to the new one, as far as it can be read', async () => {
    const folder = join(journalFolder('salvage-'), 'registry');
    const file = join(folder, 'journal.sqlite');
    const first = await SqliteJournal.open(folder);
    const pay = (object: number) =>
      anEvent(object, { payload: JSON.stringify({ object, text: 'x'.repeat(900) }) });
    await first.accept(
      Array.from({ length: 400 }, (_, object) => pay(object)),
      0,
    );
    const key = { key: 'kept', hash: 'same' };
    await first.accept([pay(400)], 0, key);
    const taken = await first.take(aTake(401, { links: [aLink('a')] }));
    await first.close();
    assert.equal(taken.outcome, 'taken');
    // One leaf of the events and the whole of an index are overwritten.
    overwritePage(file, pageWith(file, '{"object":200,"text"'));
    overwritePage(file, rootOf(file, 'events_by_time'));

    const second = await SqliteJournal.open(folder);
    const [, told = ''] =
      /a new one was begun, (\d+) events that were not delivered/.exec(second.notice ?? '') ?? [];
    const db = new DatabaseSync(file, { readOnly: true });
    const rows = db.prepare('select seq, payload, stage from events order by seq').all();
    db.close();
    assert.equal(Number(told), rows.length);
    assert.ok(rows.length >= 390 && rows.length < 401, String(rows.length));
    for (const { seq, payload } of rows) assert.equal(JSON.parse(String(payload)).object, Number(seq) - 1);
    const again = await second.accept([pay(400)], 0, key);
    assert.equal(again.outcome, 'duplicate');
    await second.close();
  });

  describe('in a folder of its own', () => {
    let folder: string;
    let file: string;
    let journal: SqliteJournal;

    beforeEach(async () => {
      folder = join(journalFolder('salvage-'), 'registry');
      file = join(folder, 'journal.sqlite');
      journal = await SqliteJournal.open(folder);
    });
    afterEach(() => journal.close());

    /** An event that fills a page, which is found by its text. */
    const wide = (object: string, text: string) =>
      anEvent(object, { payload: JSON.stringify({ text, more: 'x'.repeat(3000) }) });
    const accept = async (...events: ReturnType<typeof anEvent>[]) => {
      const accepted = await journal.accept(events, events.length);
      return 'events' in accepted ? accepted.events.map(({ seq }) => seq) : [];
    };
    /** An index that a check reads, and nothing else. */
    const damage = () => overwritePage(file, rootOf(file, 'events_by_time'));
    async function reopened(harm: () => void): Promise<SqliteJournal> {
      await journal.close();
      harm();
      journal = await SqliteJournal.open(folder);
      return journal;
    }

    it('keeps its ids, so that calls are made with the same webhook ids, and gives none of them again', async () => {
      const { tag } = journal;
      const key = { key: 'order-1', hash: 'h1' };
      await accept(anEvent(1));
      const accepted = await journal.accept([anEvent(2)], 1, key);
      const taken = await journal.take(aTake(2));
      assert.ok(taken.outcome === 'taken');
      const [execution = 0] = taken.chain;
      await journal.endTurn({
        event: 2,
        change: succeeded(execution),
        pass: aPass({ plain: true }),
        at,
        emit: false,
      });
      assert.match(
        (await reopened(damage)).notice ?? '',
        /1 event that was not delivered has been taken over/,
      );
      assert.equal(journal.tag, tag);
      assert.deepEqual(await accept(anEvent(3)), [3]);
      const again = await journal.accept([anEvent(2)], 1, key);
      assert.ok(again.outcome === 'duplicate' && 'events' in accepted);
      assert.deepEqual(
        again.events.map(({ seq }) => seq),
        accepted.events.map(({ seq }) => seq),
      );
      const other = await journal.take(aTake(3));
      assert.ok(other.outcome === 'taken' && (other.chain[0] ?? 0) > execution);
    });

    describe('of what was written last', () => {
      const keys = [1, 2].map((object) => ({ key: `order-${object}`, hash: 'h' }));
      /** Opens what a crash has left, where one of its notes can't be read. */
      async function openedWithout(note: number) {
        for (const [index, key] of keys.entries()) await journal.accept([anEvent(index + 1)], 1, key);
        const taken = await journal.take(aTake(1));
        assert.ok(taken.outcome === 'taken');
        const change = { ...succeeded(taken.chain[0] ?? 0), status: 'failed' as const };
        await journal.endTurn({ event: 1, change, pass: aPass(), at, emit: false });
        const left = new LeftFiles(folder);
        await journal.close();
        left.putBack();
        const db = new DatabaseSync(file);
        assert.equal(db.prepare('select count(*) as n from notes').get()?.['n'], 4);
        db.prepare("update notes set text = '[' where n = ?").run(note);
        db.close();
        journal = await SqliteJournal.open(folder);
      }

      it('takes an event that has rows by its rows', async () => {
        await openedWithout(4);
        const again = await Promise.all(
          keys.map((key, index) => journal.accept([anEvent(index + 1)], 1, key)),
        );
        assert.deepEqual(
          again.map(({ outcome }) => outcome),
          ['duplicate', 'duplicate'],
        );
      });

      it('knows no request any more whose event is lost', async () => {
        await openedWithout(2);
        const again = await Promise.all(
          keys.map((key, index) => journal.accept([anEvent(index + 1)], 1, key)),
        );
        assert.deepEqual(
          again.map(({ outcome }) => outcome),
          ['duplicate', 'accepted'],
        );
      });
    });

    it('keeps who asked for what it takes over', async () => {
      const taken = await journal.take(aTake(anEvent(1)));
      assert.ok(taken.outcome === 'taken');
      const [execution = 0] = taken.chain;
      const failed = { ...succeeded(execution), status: 'failed' as const };
      await journal.endTurn({ event: taken.seq, change: failed, pass: aPass(), at, emit: false });
      const which = { executions: [execution] };
      const replayed = await journal.replay({ which, callable: ['a'], by: 'anna', at });
      assert.ok(replayed.outcome === 'replaying');
      await reopened(damage);
      const db = new DatabaseSync(file, { readOnly: true });
      const askers = db.prepare('select execution_seq as seq, by from askers').all();
      db.close();
      assert.deepEqual(
        askers.map(({ seq, by }) => [seq, by]),
        [[replayed.executions[0], 'anna']],
      );
    });

    it('keeps circuits: an endpoint that is gone stays so', async () => {
      const circuit = { handler: 'a', state: 'gone', since: at, error: '410' } as const;
      await journal.saveCircuit(circuit, 'closed');
      assert.deepEqual({ ...(await reopened(damage)).found.circuits[0] }, circuit);
    });

    it('lets go on what waited behind something that is lost', async () => {
      await accept(wide('x', 'first of x'), wide('x', 'second of x'));
      for (const text of ['first of y', 'second of y']) {
        const [seq = 0] = await accept(wide('y', text));
        await journal.take(aTake(seq));
      }
      for (const text of ['first of z', 'second of z']) {
        const [seq = 0] = await accept(wide('z', text));
        const taken = await journal.take(aTake(seq, { links: [aLink('b')] }));
        if (taken.outcome !== 'taken' || taken.stage !== 5) continue;
        const change = parkedUncalled(taken.chain[0] ?? 0, 'b');
        await journal.endTurn({ event: seq, change, pass: aPass(), at, emit: false });
      }
      await reopened(() => {
        for (const object of ['x', 'y', 'z']) overwritePage(file, pageWith(file, `"first of ${object}"`));
      });
      const emitted = await journal.emitNext(10, ['event-node']);
      const { started } = await journal.startNext('a', 10, at);
      const parked = await journal.startParked('b', 10, at);
      const textOf = ({ payload }: { readonly payload: string }) => JSON.parse(payload).text;
      assert.deepEqual(emitted.map(textOf), ['second of x']);
      assert.deepEqual(started.map(textOf), ['second of y']);
      assert.deepEqual(
        parked.started.map(({ event }) => textOf(event)),
        ['second of z'],
      );
    });

    it('is looked through in a moment where numbers were passed over', async () => {
      await accept(wide('1', 'before'), wide('2', 'damaged'));
      const copy = join(folder, 'copy.sqlite');
      await journal.backUp(copy);
      await journal.close();
      for (const part of ['', '-mark']) rmSync(file + part);
      renameSync(copy, file);
      journal = await SqliteJournal.open(folder);
      const [later = 0, last = 0] = await accept(wide('3', 'damaged too'), wide('4', 'after'));
      assert.ok(later > 1000 && last === later + 1, 'numbers of events since the backup are not given again');
      await reopened(() => {
        for (const text of ['damaged', 'damaged too']) overwritePage(file, pageWith(file, `"${text}"`));
      });
      assert.deepEqual(
        (await journal.emitNext(10, ['event-node'])).map(({ seq }) => seq),
        [1, last],
      );
    });

    it('is taken over whole though the process is killed at any step of it', async function () {
      this.timeout(60_000);
      for (let batch = 0; batch < 5; batch += 1)
        await accept(...Array.from({ length: 400 }, (_, object) => anEvent(`${batch}-${object}`)));
      await journal.close();
      damage();
      const seen = new Set(readdirSync(folder));
      for (let open = false; !open; ) {
        const opening = fork(join(import.meta.dirname, '../../../support/journal-holder.ts'), [folder]);
        const exit = once(opening, 'exit');
        opening.once('message', () => {
          open = true;
        });
        for (let killed = false; !open && !killed; await turn()) {
          const step = readdirSync(folder)
            .map((name) => name.replace(/-\d{4}-.*Z/, ''))
            .find((name) => !seen.has(name));
          if (step === undefined) continue;
          seen.add(step);
          killed = opening.kill('SIGKILL');
        }
        opening.kill('SIGKILL');
        await exit;
      }
      journal = await SqliteJournal.open(folder);
      assert.deepEqual(await journal.accept([], 0, undefined, -1), { outcome: 'full', waiting: 2000 });
      assert.equal(readdirSync(folder).filter((name) => /\.damaged-[^.]*Z$/.test(name)).length, 1);
    });

    it('is not given up for want of room: what the new one can not take stays where it is', async () => {
      await accept(...Array.from({ length: 40 }, (_, object) => wide(String(object), 'full')));
      await journal.close();
      const small = new DatabaseSync(join(folder, 'small.sqlite'));
      migrate(small);
      small.exec(
        `pragma max_page_count = ${Number(small.prepare('pragma page_count').get()?.['page_count']) + 20}`,
      );
      assert.throws(() => salvage(file, small), /full/);
      assert.equal(small.prepare('select count(*) as n from events').get()?.['n'], 0);
      small.close();
    });

    it('is no matter once it was taken away by hand', async () => {
      await reopened(() => {
        writeFileSync(`${file}-damaged`, '');
        renameSync(file, `${file}.mine`);
        for (const part of ['-wal', '-shm']) rmSync(file + part, { force: true });
      });
      assert.equal(journal.notice, null);
      assert.ok(
        !existsSync(`${file}-damaged`) || readdirSync(folder).every((name) => !/damaged-\d/.test(name)),
      );
    });
  });
});
