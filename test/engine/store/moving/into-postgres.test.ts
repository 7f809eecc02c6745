import { strict as assert } from 'node:assert';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Moved, moveIntoPostgres } from '../../../../src/engine/store/moving/into-postgres.ts';
import { Connection } from '../../../../src/engine/store/postgres/connection.ts';
import { sqliteStore } from '../../../../src/engine/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { aLink, anEvent, aPass, aTake, succeeded } from '../store-contract.ts';

const at = 1_700_000_000_000;
const options = { now: () => at, parkedFor: () => 'retry' as const, onTrouble: () => undefined };

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

  /** Events that are ready, out in the flow, running, due, parked, done and failed. */
  async function fill({ journal, handlers }: Store): Promise<void> {
    await handlers.number(['a', 'b']);
    const switched = { by: 'anna', at: new Date(at).toISOString(), reason: 'maintenance' };
    handlers.override('b', { status: 'held', ...switched });
    handlers.holdAll({ status: 'held', ...switched });
    await handlers.save();
    await journal.accept([anEvent(1), anEvent(1), anEvent(2, { ordered: false })], 1, {
      key: 'k',
      hash: 'h',
    });
    const chain = async (object: number, links = [aLink('a')]) => {
      const taken = await journal.take(aTake(anEvent(object), { links }));
      assert.ok(taken.outcome === 'taken');
      return taken;
    };
    const ended = async (object: number, change: object) => {
      const { seq, chain: executions } = await chain(object);
      const [execution = 0] = executions;
      const whole = { ...succeeded(execution), ...change };
      await journal.endTurn({ event: seq, change: whole, pass: aPass(), at, emit: false });
      return execution;
    };
    await chain(10, [aLink('a'), aLink('b')]);
    await ended(11, {});
    const failed = { ...succeeded(0).attempt, code: 500, error: 'HTTP 500 \0 odd', response: 'no' };
    await ended(12, { status: 'failed', attempt: failed });
    await ended(13, { status: 'parked', nextAttemptAt: at + 5000, attempt: failed });
    await journal.saveCircuit({ handler: 'a', state: 'open', since: at, error: 'HTTP 500' }, 'closed');
    await journal.saveAlarm({ watch: 'w', key: 'k', alarm: '{}' });
  }

  async function seenIn({ log }: Store) {
    const { items: executions } = await log.executions({}, { limit: 100 });
    const { items: events } = await log.events({}, { limit: 100 });
    const details = await Promise.all(events.map(({ id }) => log.event(id)));
    const calls = await Promise.all(executions.map(({ id }) => log.execution(id)));
    const text = JSON.stringify({
      executions,
      details,
      calls,
    });
    return JSON.parse(text.replaceAll('\\u0000', '\ufffd')) as unknown;
  }

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
    await assert.rejects(openPostgres(url, schema), /is being moved into the schema/);
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
});
