import { strict as assert } from 'node:assert';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Conflict, InvalidInput } from '../../../src/engine/words/errors.ts';
import { aHandler, anEnvelope, EngineBench, outage } from '../../support/engine-bench.ts';

const minute = 60_000;
const hour = 60 * minute;
const by = { by: 'anna', reason: 'maintenance' };

describe('switches', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const operator = () => bench.engine.operator();
  const inMs = (ms: number) => bench.time.now() + ms;
  const iso = (ms: number) => new Date(ms).toISOString();
  const override = async (id: string) =>
    (await bench.engine.handlers()).find(({ config }) => config.id === id)?.override;
  const switchFor = async (status: 'enabled' | 'held' | 'disabled', ms: number) =>
    (await operator()).switch('a', status, by.by, by.reason, inMs(ms));
  const holdFor = async (ms: number | null) =>
    (await operator()).hold({ ...by, until: ms === null ? null : inMs(ms) });
  const parked = () => bench.rows.filter(({ status }) => status === 'parked').map((row) => row.parkedFor);

  describe('of a handler with an end', () => {
    it('say until when, and end by themselves: what waited runs, in order', async () => {
      await bench.start([aHandler('a')]);
      await switchFor('held', 2 * hour);
      const at = iso(bench.time.now());
      assert.deepEqual(await override('a'), { status: 'held', ...by, at, until: iso(inMs(2 * hour)) });
      await bench.accept(anEnvelope(1), anEnvelope(2), anEnvelope(1));
      await bench.advance(2 * hour - 1);
      assert.deepEqual([bench.called, parked()], [[], ['held', 'held', 'held']]);
      await bench.advance(1);
      assert.deepEqual([bench.called, await override('a')], [['a:1', 'a:2', 'a:3'], null]);
    });

    it('let events pass by until then, and what waited goes stale as at any other end', async () => {
      await bench.start([aHandler('a', { retryDelays: [5] })]);
      bench.behaviours.set('a', () => outage);
      await bench.accept(anEnvelope(1), anEnvelope(2));
      await switchFor('disabled', hour);
      bench.behaviours.delete('a');
      await bench.accept(anEnvelope(1));
      await bench.advance(hour);
      assert.deepEqual(bench.called, ['a:1', 'a:2', 'a:2']);
      await bench.accept(anEnvelope(1));
      assert.deepEqual(bench.called.slice(3), ['a:4']);
    });

    it('go back to what is configured by then', async () => {
      await bench.start([aHandler('a', { handlerStatus: 'disabled' })]);
      await switchFor('enabled', hour);
      await bench.accept(anEnvelope(1));
      await bench.deploy([aHandler('a', { handlerStatus: 'held' })]);
      await bench.accept(anEnvelope(2));
      await bench.advance(hour);
      await bench.accept(anEnvelope(3));
      assert.deepEqual([bench.called, parked()], [['a:1', 'a:2'], ['held']]);
    });

    it('hold over deploys and kill -9, without the handler, and without registry.json', async () => {
      await bench.start([aHandler('a')]);
      await switchFor('held', hour);
      await bench.accept(anEnvelope(1));
      await bench.deploy([]);
      await bench.deploy([aHandler('a', { priority: 1 })]);
      await bench.crash();
      rmSync(join(bench.folder, 'registry.json'));
      await bench.start([aHandler('a')]);
      assert.equal((await override('a'))?.reason, 'maintenance');
      await bench.accept(anEnvelope(2));
      assert.deepEqual(bench.called, []);
      await bench.advance(hour);
      assert.deepEqual(bench.called, ['a:1', 'a:2']);
    });

    it('are over when their time has passed while nothing ran', async () => {
      await bench.start([aHandler('a')]);
      await switchFor('held', hour);
      await bench.accept(anEnvelope(1));
      await bench.crash();
      bench.time.set(inMs(2 * hour));
      await bench.start();
      assert.deepEqual([bench.called, await override('a')], [['a:1'], null]);
      bench.time.set(inMs(-2 * hour));
      await bench.restart();
      assert.equal(await override('a'), null);
    });

    it('end within a minute of their time, however the clock is set', async () => {
      await bench.start([aHandler('a')]);
      await switchFor('held', 3 * hour);
      await bench.accept(anEnvelope(1));
      bench.time.set(inMs(-24 * hour));
      await bench.advance(3 * hour - 1);
      assert.deepEqual(bench.called, []);
      await bench.advance(1);
      assert.deepEqual(bench.called, ['a:1']);
      // The engine's own time goes on from where it was: only what is ahead of it counts.
      bench.time.set(inMs(24 * hour));
      await switchFor('held', 2 * hour);
      await bench.accept(anEnvelope(2));
      bench.time.set(inMs(2 * hour));
      await bench.advance(minute);
      assert.deepEqual(bench.called, ['a:1', 'a:2']);
    });

    it('are refused when they would be over already, by the name of the field', async () => {
      await bench.start([aHandler('a')]);
      for (const ms of [0, -1]) {
        await assert.rejects(
          switchFor('held', ms),
          (error) => error instanceof InvalidInput && error.issues[0]?.field === 'until',
        );
        await assert.rejects(holdFor(ms), (error) => error instanceof InvalidInput);
      }
      assert.deepEqual([await override('a'), bench.engine.hold], [null, null]);
    });

    it('are refused for what the flow says anyway: nothing would end', async () => {
      await bench.start([aHandler('a', { handlerStatus: 'held' })]);
      await assert.rejects(
        switchFor('held', hour),
        (error) =>
          error instanceof Conflict && /^until: "a" is held by its configuration/.test(error.message),
      );
    });

    it('end once more by the next switch, and the one before leaves no timer', async () => {
      await bench.start([aHandler('a')]);
      const timers = bench.time.pending;
      await switchFor('held', hour);
      await switchFor('held', 3 * hour);
      assert.equal(bench.time.pending, timers + 1);
      await bench.accept(anEnvelope(1));
      await bench.advance(2 * hour);
      assert.deepEqual(bench.called, []);
      await (await operator()).switch('a', 'enabled', 'bob', null);
      await bench.settle();
      assert.deepEqual(bench.called, ['a:1']);
      await bench.advance(2 * hour);
      assert.equal(bench.time.pending, timers);
    });
  });

  describe('of a registry as a whole', () => {
    const handlers = () => [aHandler('a', { retryDelays: [5] }), aHandler('b', { priority: 20 })];

    it('let events be accepted and taken, and park all of them until it is released', async () => {
      await bench.start(handlers());
      await holdFor(null);
      await bench.accept(anEnvelope(1), anEnvelope(2), anEnvelope(1));
      assert.deepEqual(
        bench.passes.map(({ status, executions }) => [status, executions.map((one) => one.parkedFor)]),
        Array(3).fill(['parked', ['held', 'held']]),
      );
      await bench.advance(24 * hour);
      assert.deepEqual(bench.called, []);
      await (await operator()).release();
      await bench.settle();
      const of = (handler: string) => bench.called.filter((call) => call.startsWith(handler));
      assert.deepEqual(
        [of('a'), of('b')],
        [
          ['a:1', 'a:2', 'a:3'],
          ['b:1', 'b:2', 'b:3'],
        ],
      );
    });

    it('hold over deploys, kill -9 and the loss of registry.json, and end while nothing runs', async () => {
      await bench.start(handlers());
      await holdFor(hour);
      const said = bench.engine.hold;
      assert.deepEqual(said, { ...said, ...by, status: 'held', until: iso(inMs(hour)) });
      await bench.accept(anEnvelope(1));
      await bench.deploy(handlers());
      await bench.crash();
      writeFileSync(join(bench.folder, 'registry.json'), '{');
      await bench.start();
      assert.deepEqual([bench.engine.hold, bench.called], [said, []]);
      assert.match(String(bench.engine.problem.text), /rebuilt from the journal: the whole registry held/);
      await bench.crash();
      bench.time.set(inMs(hour));
      await bench.start();
      assert.deepEqual([bench.engine.hold, bench.called.sort()], [null, ['a:1', 'b:1']]);
    });

    it('hold over the loss of its journal', async () => {
      await bench.start(handlers());
      await holdFor(null);
      await bench.accept(anEnvelope(1));
      await bench.loseStore();
      await bench.reopened();
      assert.equal(bench.engine.hold?.by, 'anna');
      await bench.accept(anEnvelope(2));
      assert.deepEqual(bench.called, []);
    });

    it('let calls that are under way end, and the chain waits for its next one', async () => {
      await bench.start(handlers());
      bench.behaviours.set('a', () => undefined);
      await bench.accept(anEnvelope(1));
      await holdFor(null);
      await bench.answerAll();
      assert.deepEqual([bench.called, parked()], [['a:1'], ['held']]);
    });

    it('keep retries, probes and replays waiting too', async () => {
      await bench.start([aHandler('a', { retryDelays: [5] })]);
      bench.behaviours.set('a', () => outage);
      for (let object = 1; object <= 10; object += 1) await bench.accept(anEnvelope(object));
      assert.equal(bench.engine.circuitOf('a').state, 'open');
      await bench.accept(anEnvelope(20));
      await holdFor(hour);
      const before = bench.called.length;
      await bench.advance(hour - 1);
      assert.equal(bench.called.length, before);
      bench.behaviours.delete('a');
      await bench.advance(minute);
      assert.equal(bench.engine.circuitOf('a').state, 'closed');
      const event = bench.rows.findLast(({ status }) => status === 'succeeded');
      await holdFor(null);
      const called = bench.called.length;
      await (await operator()).replayExecution(String(event?.id));
      await (await operator()).replayAll({}, { dryRun: false, ratePerSecond: 0, by: 'anna' });
      await bench.advance(hour);
      assert.equal(bench.called.length, called);
      await (await operator()).release();
      await bench.settle();
      assert.ok(bench.called.length > called);
    });

    it('leave the handlers their own status: events pass the disabled by, what waits for the archived is cancelled', async () => {
      await bench.start([...handlers(), aHandler('c', { handlerStatus: 'disabled' })]);
      await holdFor(null);
      await bench.accept(anEnvelope(1));
      await bench.deploy([
        aHandler('a', { handlerStatus: 'disabled' }),
        aHandler('b', { handlerStatus: 'archived' }),
        aHandler('c'),
      ]);
      await bench.advance(minute);
      const last = new Map(bench.rows.map((row) => [row.handler.id, row.status]));
      assert.deepEqual(
        [...last],
        [
          ['a', 'parked'],
          ['b', 'cancelled'],
        ],
      );
      const [a] = (await (await bench.engine.log()).executions({}, { limit: 10 })).items.filter(
        ({ handler }) => handler.id === 'a',
      );
      assert.equal(a?.parkedFor, 'disabled');
      await (await operator()).release();
      await bench.settle();
      assert.deepEqual(bench.called, []);
    });

    it('let it all run when it is released, in order and within the concurrency of each handler', async () => {
      await bench.start([aHandler('a', { concurrency: 4 }), aHandler('b', { priority: 20, concurrency: 4 })]);
      await holdFor(hour);
      const events = Array.from({ length: 80 }, (_, place) => anEnvelope(place % 12));
      await bench.accept(...events);
      assert.equal(parked().length, 160);
      const latest = new Map<string, number>();
      const outOfOrder: string[] = [];
      bench.onCall = ({ handler, objectId, eventId }) => {
        const seq = Number(eventId.split('-')[2]);
        const key = `${handler} ${objectId}`;
        if (seq < (latest.get(key) ?? 0)) outOfOrder.push(`${key}: ${seq}`);
        latest.set(key, seq);
      };
      for (const id of ['a', 'b']) bench.behaviours.set(id, () => undefined);
      await bench.crash();
      await bench.start();
      await bench.advance(hour);
      assert.equal(bench.calls.length, 8);
      bench.behaviours.clear();
      await bench.answerAll();
      assert.deepEqual([bench.calls.length, outOfOrder], [160, []]);
    });

    it('are told to whoever watches, at each change', async () => {
      await bench.start(handlers());
      const told: unknown[] = [];
      bench.engine.news.observeSwitches(() => told.push(bench.engine.hold?.by ?? null));
      await holdFor(hour);
      await bench.advance(hour);
      await holdFor(null);
      await (await operator()).release();
      assert.deepEqual(told, ['anna', null, 'anna', null]);
    });
  });
});
