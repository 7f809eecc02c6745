import { strict as assert } from 'node:assert';
import type { WatchConfig } from '../../../src/engine/watch/watch.ts';
import type { Alarm } from '../../../src/engine/words/alarm.ts';
import { aHandler, anEnvelope, EngineBench, outage, refusal } from '../../support/engine-bench.ts';

const minute = 60_000;
const nothing: WatchConfig = {
  failures: null,
  circuits: false,
  backlogMs: null,
  objectMs: null,
  events: [],
  handlers: [],
};

describe('a watch', () => {
  let bench: EngineBench;
  let told: Alarm[];
  let shown: readonly Alarm[];
  beforeEach(() => {
    bench = new EngineBench();
    told = [];
    shown = [];
  });
  afterEach(() => bench.end());

  const attach = (config: Partial<WatchConfig>) =>
    bench.engine.watches.attach(
      'watch',
      { ...nothing, ...config },
      { tell: (alarm) => told.push(alarm), show: (alarms) => (shown = alarms) },
    );
  const inShort = () => told.map(({ alarm, state, count }) => `${alarm} ${state} ${count}`);
  const iso = (at: number) => new Date(at).toISOString();
  /** So many events fail for good, one after the other. */
  const fail = async (times: number, eventType = 'clients.update') => {
    for (let n = 0; n < times; n += 1) {
      await bench.engine.fire(anEnvelope(n, eventType));
      await bench.settle();
    }
  };
  /** Flows stop and start, and the node is made anew. */
  const deploy = async (detach: () => void, config: Partial<WatchConfig>, handlers = bench.handlers) => {
    bench.pause();
    detach();
    const again = attach(config);
    await bench.resume(handlers);
    await looked();
    return again;
  };
  /** The log answers one after the other: what was asked before has been answered, and heard. */
  const looked = async () => {
    await (await bench.engine.log()).failures(0, 1);
    await bench.settle();
  };

  describe('of failures', () => {
    const failures = { count: 3, ms: 5 * minute };

    it('tells once when there are too many, and once when there are not any more', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', () => refusal);
      attach({ failures });
      await looked();
      const first = bench.time.now();
      await fail(2);
      assert.equal(told.length, 0);
      await bench.advance(minute);
      await fail(3);
      assert.deepEqual(inShort(), ['failures begun 3']);
      assert.deepEqual([told[0]?.since, told[0]?.until, told[0]?.error], [iso(first), null, 'HTTP 400']);
      assert.equal(shown.length, 1);
      await bench.advance(5 * minute - 1);
      assert.equal(told.length, 1);
      await bench.advance(2);
      assert.deepEqual(inShort(), ['failures begun 3', 'failures ended 5']);
      assert.equal(told[1]?.until, iso(first + 6 * minute));
      assert.equal(shown.length, 0);
    });

    it('counts those of the chosen handlers and event types, which failed for good', async () => {
      await bench.start([aHandler('a'), aHandler('b'), aHandler('c', { retryDelays: [3600] })]);
      for (const id of ['a', 'b', 'c']) bench.behaviours.set(id, () => outage);
      attach({ failures, handlers: ['a', 'c'], events: ['clients.*'] });
      await looked();
      await fail(2);
      await fail(2, 'services.create');
      assert.equal(told.length, 0);
      await fail(1, 'clients.create');
      assert.deepEqual(inShort(), ['failures begun 3']);
    });

    it('goes on over a deploy with what it has counted and told', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', () => refusal);
      let detach = attach({ failures });
      await looked();
      await fail(2);
      detach = await deploy(detach, { failures });
      await fail(1);
      assert.deepEqual(inShort(), ['failures begun 3']);
      await deploy(detach, { failures });
      await looked();
      assert.equal(shown.length, 1);
      await bench.advance(6 * minute);
      assert.deepEqual(inShort(), ['failures begun 3', 'failures ended 3']);
    });

    it('knows after a crash what has failed before, and tells nothing twice', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', () => refusal);
      attach({ failures });
      await looked();
      await fail(4);
      await bench.advance(minute);
      bench.onStarting = () => void attach({ failures });
      await bench.restart();
      await looked();
      assert.deepEqual(inShort(), ['failures begun 3']);
      await bench.advance(4 * minute + 1000);
      await bench.until(() => told.length === 2);
      assert.deepEqual(inShort(), ['failures begun 3', 'failures ended 3']);
    });

    it('tells at the start what has ended while Node-RED was down', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', () => refusal);
      attach({ failures });
      await looked();
      await fail(3);
      await bench.crash();
      bench.time.set(bench.time.now() + 10 * minute);
      bench.onStarting = () => void attach({ failures });
      await bench.start();
      await bench.until(() => told.length === 2);
      assert.deepEqual(inShort(), ['failures begun 3', 'failures ended 3']);
    });
  });

  it('tells of each circuit that opens, and when it is closed', async () => {
    await bench.start([aHandler('a'), aHandler('b'), aHandler('c')]);
    for (const id of ['a', 'b', 'c']) bench.behaviours.set(id, () => outage);
    let detach = attach({ circuits: true, handlers: ['a', 'b'] });
    await fail(10);
    assert.deepEqual(
      told.map(({ alarm, handler, error }) => [alarm, handler?.name, error]),
      [
        ['circuit', 'a', '503 · ok'],
        ['circuit', 'b', '503 · ok'],
      ],
    );
    detach = await deploy(detach, { circuits: true, handlers: ['a', 'b'] });
    assert.equal(told.length, 2);
    assert.equal(shown.length, 2);
    bench.onStarting = () => {
      detach = attach({ circuits: true, handlers: ['a', 'b'] });
    };
    await bench.restart();
    assert.equal(told.length, 2);
    await (await bench.engine.operator()).closeCircuit('a');
    assert.deepEqual(inShort().slice(2), ['circuit ended 1']);
    assert.equal(told[2]?.since, told[0]?.since);
    // It is not there any more.
    await deploy(detach, { circuits: true, handlers: ['a', 'b'] }, [aHandler('c')]);
    assert.deepEqual(inShort().slice(3), ['circuit ended 0']);
    assert.equal(shown.length, 0);
  });

  it('tells when accepted events wait for too long before their handlers are called', async () => {
    bench.config = { id: 'registry', claimSeconds: 86_400 };
    await bench.start([aHandler('a')]);
    bench.flow = () => undefined;
    attach({ backlogMs: 10 * minute });
    const [id = ''] = await bench.accept(anEnvelope(1));
    const accepted = bench.time.now();
    await bench.accept(anEnvelope(1));
    for (let n = 0; n < 9; n += 1) {
      await bench.advance(minute);
      await looked();
    }
    assert.equal(told.length, 0);
    for (let n = 0; n < 3; n += 1) {
      await bench.advance(minute);
      await looked();
    }
    await bench.until(() => told.length > 0);
    assert.deepEqual(inShort(), ['backlog begun 2']);
    assert.equal(told[0]?.since, iso(accepted));
    bench.flow = (event) => void bench.take(event);
    await bench.engine.take(anEnvelope(1), 'executor', id);
    await bench.settle();
    await bench.advance(minute);
    await bench.until(() => told.length > 1);
    assert.deepEqual(inShort(), ['backlog begun 2', 'backlog ended 2']);
  });

  it('tells of the object that waits longest, for how long and for whom', async () => {
    await bench.start([aHandler('a', { retryDelays: [720, 720] }), aHandler('b', { retryDelays: [720] })]);
    bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
    bench.behaviours.set('b', () => outage);
    attach({ objectMs: 6 * minute, handlers: ['a'] });
    await bench.engine.fire(anEnvelope('first'));
    const since = bench.time.now();
    await bench.settle();
    await bench.advance(minute);
    await bench.engine.fire(anEnvelope('second'));
    await bench.advance(4 * minute);
    await looked();
    assert.equal(told.length, 0);
    await bench.advance(2 * minute);
    await bench.until(() => told.length > 0);
    const [alarm] = told;
    assert.deepEqual(
      [alarm?.alarm, alarm?.since, alarm?.objectId, alarm?.handler?.id, alarm?.eventType, alarm?.error],
      ['object', iso(since), 'first', 'a', 'clients.update', 'HTTP 503'],
    );
    await bench.advance(12 * minute);
    await bench.until(() => told.length > 1);
    assert.deepEqual(
      told.map(({ state }) => state),
      ['begun', 'ended'],
    );
  });

  it('that watches nothing, or nothing that waits, has no timer', async () => {
    await bench.start([aHandler('a')]);
    const pending = bench.time.pending;
    attach({});
    attach({ failures: { count: 3, ms: minute }, circuits: true });
    await looked();
    assert.equal(bench.time.pending, pending);
  });

  it('looks no more often than each second, and seldom while nothing waits', async () => {
    await bench.start([aHandler('a')]);
    let asked = 0;
    const log = await bench.engine.log();
    const { waits } = log;
    Object.assign(log, {
      waits: (...question: Parameters<typeof waits>) => {
        asked += 1;
        return waits(...question);
      },
    });
    attach({ backlogMs: 15 * minute, objectMs: 60 * minute });
    for (let n = 0; n < 60; n += 1) {
      await bench.advance(10_000);
      await looked();
    }
    assert.ok(asked >= 5 && asked <= 11, `${asked} questions in 10 minutes`);
  });

  it('forgets the alarms of a node that is gone, or that watches them no more', async () => {
    await bench.start([aHandler('a')]);
    bench.behaviours.set('a', () => outage);
    let detach = attach({ circuits: true, failures: { count: 5, ms: 60 * minute } });
    await looked();
    await fail(10);
    assert.deepEqual(inShort(), ['failures begun 5', 'circuit begun 1']);
    detach = await deploy(detach, { circuits: true });
    assert.equal(shown.length, 1);
    bench.pause();
    detach();
    await bench.resume();
    assert.deepEqual(bench.select('select * from alarms'), []);
    assert.equal(told.length, 2);
  });
});
