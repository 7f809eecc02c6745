import { strict as assert } from 'node:assert';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '../../../../src/engine/store/sqlite/schema.ts';
import { sqliteStore } from '../../../../src/engine/store/sqlite/sqlite-store.ts';
import { stage } from '../../../../src/engine/store/stage.ts';
import { Ids } from '../../../../src/engine/words/ids.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';
import { anEvent, storeContract } from '../store-contract.ts';

describe('the store in SQLite', () => {
  const root = journalFolder('store-');
  let folders = 0;
  after(() => rmSync(root, { recursive: true, force: true }));

  const newFolder = () => join(root, String(++folders));
  const open = (folder: string) =>
    sqliteStore(folder).open({
      now: () => Date.now(),
      parkedFor: (_, blocked) => (blocked ? 'order' : 'retry'),
      onTrouble: () => undefined,
    });

  storeContract(open, newFolder);

  it('writes copies while it is written itself, each with all that was there before', async () => {
    const store = await open(newFolder());
    const events = (count: number) => Array.from({ length: count }, (_, object) => anEvent(object));
    await store.handlers.number(['a']);
    await store.handlers.save();
    let accepted = 0;
    const write = async () => {
      for (let commits = 0; commits < 10; commits += 1, accepted += 50)
        await store.journal.accept(events(50), 0);
    };
    for (let copies = 0; copies < 20; copies += 1) {
      const copy = newFolder();
      const before = accepted;
      await Promise.all([store.backUp(copy), write()]);
      const restored = await open(copy);
      const { waiting } = (await restored.journal.accept([], 0, undefined, -1)) as { waiting: number };
      assert.ok(waiting >= before && waiting % 50 === 0, `${waiting} of ${before}`);
      await restored.handlers.number(['b']);
      assert.equal(restored.handlers.numberOf('b'), 2);
      await restored.close();
    }
    await store.close();
  });

  it('writes one copy where two of the same name are asked for at once, and refuses the other', async () => {
    const store = await open(newFolder());
    await store.journal.accept([anEvent(1)], 1);
    const copy = newFolder();
    const answers = await Promise.allSettled([store.backUp(copy), store.backUp(copy)]);
    await store.close();
    assert.deepEqual(answers.map((answer) => answer.status === 'rejected' && answer.reason.name).sort(), [
      'Conflict',
      false,
    ]);
    const restored = await open(copy);
    const refused = await restored.journal.accept([], 0, undefined, -1);
    await restored.close();
    assert.equal(refused.outcome === 'full' && refused.waiting, 1);
  });

  it('knows of replays in a journal of an older version that nobody has noted who asked, and notes it from then on', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    const db = new DatabaseSync(join(folder, 'journal.sqlite'));
    const before = 15;
    db.exec(`${migrations.slice(0, before).join(';\n')}; pragma user_version = ${before};
      insert into events(seq, event_type, object_id, object_key, stage, turn, accepted_at, touched_at, payload)
      values(3, 'clients.update', '1', 'clients:1', ${stage.failed}, 3, 1700000000000, 1700000000000000, '{}')`);
    const execution =
      db.prepare(`insert into executions(seq, event_seq, position, event_type, object_id, object_key,
      handler_id, handler_number, handler_name, handler_type, priority, stop, status, started_at, replay_of, replayed_as)
      values(?, 3, 0, 'clients.update', '1', 'clients:1', 'a', 1, 'A', 'http', 1, 0, 4, 1700000000000, ?, ?)`);
    execution.run(1, null, 2);
    execution.run(2, 1, null);
    db.close();
    const { journal, log, close } = await open(folder);
    const idOf = (seq: number) => new Ids(journal.tag).execution(seq);
    const { replayOf, by } = await log.execution(idOf(2));
    assert.deepEqual([replayOf, by], [idOf(1), null]);
    const replayed = await journal.replay({ which: { event: 3 }, callable: ['a'], by: 'anna', at: 1 });
    assert.ok(replayed.outcome === 'replaying');
    await journal.startNext('a', 1, 1);
    assert.equal((await log.execution(idOf(replayed.executions[0] ?? 0))).by, 'anna');
    await close();
  });
});
