import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Moved } from '../../../../src/engine/store/moving/move.ts';
import { moveIntoPostgres } from '../../../../src/engine/store/moving/moves.ts';
import { Connection } from '../../../../src/engine/store/postgres/connection.ts';
import { sqliteStore } from '../../../../src/engine/store/sqlite/sqlite-store.ts';
import { at, fill, options, seenIn } from '../../../support/moved-registry.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { anEvent } from '../store-contract.ts';

describe('a registry that is moved into PostgreSQL', () => {
  let url: string;
  let folder: string;
  let schema: string;
  let schemas = 0;

  before(async () => {
    ({ url } = await sharedPostgres());
  });
  beforeEach(() => {
    folder = temporaryFolder('moved-');
    schemas += 1;
    schema = `moved_${schemas}`;
  });

  const move = (onProgress?: (moved: Moved) => void) =>
    moveIntoPostgres({
      folder,
      server: { connectionString: url },
      schema,
      registry: 'registry',
      ...(onProgress && { onProgress }),
    });

  it('has its log, its numbers and its switches there, and goes on', async () => {
    let store = await sqliteStore(folder).open(options);
    await fill(store);
    await store.close();
    store = await sqliteStore(folder).open(options);
    const before = await seenIn(store);
    await store.close();
    const progress: Moved[] = [];
    await move((moved) => progress.push(moved));
    assert.ok(progress.some(({ table, rows }) => table === 'events' && rows === 7));
    assert.ok(!existsSync(join(folder, 'journal.sqlite')));
    assert.ok(readdirSync(folder).some((name) => name.startsWith('journal.sqlite.moved-')));
    const moved = await openPostgres(url, schema, options);
    try {
      assert.deepEqual(await seenIn(moved), before);
      const { handlers, journal } = moved;
      assert.deepEqual([handlers.numberOf('a'), handlers.numberOf('b')], [1, 2]);
      assert.deepEqual([handlers.overrideOf('b')?.by, handlers.hold()?.reason], ['anna', 'maintenance']);
      assert.deepEqual([journal.found.circuits.length, journal.found.alarms.length], [1, 1]);
      const again = await journal.accept([anEvent(1), anEvent(1), anEvent(2)], 1, { key: 'k', hash: 'h' });
      assert.equal(again.outcome, 'duplicate');
      const { started } = await journal.startNext('a', 10, at);
      assert.equal(started.length, 1);
      assert.equal((await journal.emitNext(10, ['event-node'])).length, 2);
      const accepted = await journal.accept([anEvent(99)], 1);
      assert.ok(accepted.outcome === 'accepted' && (accepted.events[0]?.seq ?? 0) > 7);
    } finally {
      await moved.close();
    }
  });

  it('goes on where it was cut off, and is opened by nobody until then', async () => {
    const store = await sqliteStore(folder).open(options);
    for (let object = 0; object < 2500; object += 100)
      await store.journal.accept(
        Array.from({ length: 100 }, (_, n) => anEvent(object + n)),
        0,
      );
    await store.close();
    const cutOff = new Error('cut off');
    await assert.rejects(
      move(({ table }) => {
        if (table === 'events') throw cutOff;
      }),
      cutOff,
    );
    await assert.rejects(openPostgres(url, schema), /is being moved out of the folder/);
    await move();
    const moved = await openPostgres(url, schema);
    assert.equal((await moved.log.counts()).waiting, 2500);
    await moved.close();
  });

  it('is not moved to where events are, out of nothing, or while it is in use', async () => {
    await assert.rejects(move(), /there is no journal.sqlite in/);
    const store = await sqliteStore(folder).open(options);
    await assert.rejects(move(), /in use/);
    await store.close();
    const other = await openPostgres(url, schema);
    await other.journal.accept([anEvent(1)], 0);
    await other.close();
    await assert.rejects(move(), /holds events already/);
    assert.ok(existsSync(join(folder, 'journal.sqlite')));
    const connection = await Connection.open({ connectionString: url }, schema);
    assert.deepEqual(await connection.query('select count(*)::integer as n from events'), [{ n: 1 }]);
    await connection.close();
  });

  it('is not moved to where a Node-RED is at work, and takes the place of what nothing has happened in', async () => {
    const filled = await sqliteStore(folder).open(options);
    await fill(filled);
    await filled.close();
    const other = await openPostgres(url, schema);
    await other.handlers.number(['b', 'z']);
    other.handlers.override('z', {
      status: 'disabled',
      by: null,
      at: new Date(at).toISOString(),
      reason: null,
    });
    await other.handlers.save();
    await assert.rejects(move(), /in use by a Node-RED on/);
    await other.close();
    await move();
    const { handlers, close } = await openPostgres(url, schema);
    assert.deepEqual(
      ['a', 'b', 'z'].map((id) => handlers.numberOf(id)),
      [1, 2, 0],
    );
    assert.deepEqual(handlers.overridden(), ['b']);
    await close();
  });

  it('is used in its folder after all, and moved anew then', async () => {
    const filled = await sqliteStore(folder).open(options);
    await fill(filled);
    await filled.close();
    await assert.rejects(
      move(() => {
        throw new Error('cut off');
      }),
    );
    const store = await sqliteStore(folder).open(options);
    assert.equal((await store.journal.emitNext(10, ['event-node'])).length, 2);
    await store.close();
    await assert.rejects(move(), /holds the half of another move: drop schema/);
    const connection = await Connection.open({ connectionString: url }, schema);
    await connection.query(`drop schema ${schema} cascade`);
    await connection.close();
    await move();
    const [aside = ''] = readdirSync(folder).filter((name) => name.startsWith('journal.sqlite.moved-'));
    renameSync(join(folder, aside), join(folder, 'journal.sqlite'));
    await assert.rejects(
      sqliteStore(folder).open(options),
      /was moved into the schema .*: set provisioning.postgres/,
    );
  });
});
