import { strict as assert } from 'node:assert';
import { refusedHandler } from '../../../src/engine/words/handler.ts';
import { aHandler, anEnvelope, EngineBench, outage } from '../../support/engine-bench.ts';

const held = () => undefined;

describe('the gate', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const statuses = () =>
    bench
      .select<{ status: number; handler: string; event: number }>(
        'select status, handler_id as handler, event_seq as event from executions order by seq',
      )
      .map(
        ({ status, handler, event }) =>
          `${handler}:${event} ${['pending', 'running', 'parked', 'succeeded', 'failed', 'skipped', 'cancelled'][status]}`,
      );
  const attempts = () =>
    bench.select<{ n: number }>('select attempts as n from executions').map(({ n }) => n);
  const retrying = (changes = {}) => aHandler('a', { retryDelays: [5], ...changes });
  /** Flows stop while the write is on its way that would lead to a call. */
  const takenAsFlowsStop = async () => {
    const fired = bench.engine.fire(anEnvelope(1));
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    bench.engine.pause();
    await fired;
    await bench.settle();
  };
  /** Its retry is due and being fetched when flows stop. */
  const dueAsFlowsStop = async () => {
    bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
    await bench.engine.fire(anEnvelope(1));
    await bench.settle();
    await bench.time.advance(5000);
    bench.engine.pause();
    await bench.settle();
  };

  describe('while flows stand still', () => {
    it('holds a first call, and lets it go under the configuration of then', async () => {
      await bench.start([aHandler('a', { timeoutSeconds: 1 })]);
      await takenAsFlowsStop();
      await bench.advance(60_000);
      assert.deepEqual(bench.called, []);
      await bench.deploy([aHandler('a', { timeoutSeconds: 2 })]);
      assert.deepEqual([bench.called, statuses()], [['a:1'], ['a:1 succeeded']]);
    });

    it('holds a retry', async () => {
      await bench.start([retrying()]);
      await dueAsFlowsStop();
      assert.deepEqual(bench.called, ['a:1']);
      await bench.deploy(bench.handlers);
      assert.deepEqual([bench.called, statuses()], [['a:1', 'a:1'], ['a:1 succeeded']]);
    });

    it('tells nobody that an execution runs which it holds', async () => {
      await bench.start([aHandler('a')]);
      await takenAsFlowsStop();
      await bench.deploy([aHandler('a', { handlerStatus: 'disabled' })]);
      assert.deepEqual(
        bench.rows.map(({ status, parkedFor }) => [status, parkedFor]),
        [['parked', 'disabled']],
      );
    });

    for (const [standing, change, status] of [
      ['disabled', { handlerStatus: 'disabled' }, 'parked'],
      ['held', { handlerStatus: 'held' }, 'parked'],
      ['archived', { handlerStatus: 'archived' }, 'cancelled'],
    ] as const) {
      it(`does not call one that is ${standing} by then, and costs it no attempt`, async () => {
        await bench.start([retrying()]);
        await takenAsFlowsStop();
        await bench.deploy([retrying(change)]);
        assert.deepEqual([bench.called, statuses(), attempts()], [[], [`a:1 ${status}`], [0]]);
      });
    }

    it('parks the turn of one that is gone by then', async () => {
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
      await takenAsFlowsStop();
      await bench.deploy([aHandler('b', { priority: 20 })]);
      assert.deepEqual([bench.called, statuses()], [['b:1'], ['a:1 parked', 'b:1 succeeded']]);
    });

    it('gives back what it holds as soon as the process ends, as if its turn had not come', async () => {
      await bench.start([retrying()]);
      await takenAsFlowsStop();
      await bench.stop(() => assert.deepEqual([statuses(), attempts()], [['a:1 pending'], [0]]));
      await bench.restart();
      assert.deepEqual([bench.called, statuses(), attempts()], [['a:1'], ['a:1 succeeded'], [1]]);
    });

    it('gives back a retry with its time and its retries', async () => {
      await bench.start([retrying()]);
      await dueAsFlowsStop();
      await bench.stop(() => assert.deepEqual([statuses(), attempts()], [['a:1 parked'], [1]]));
      await bench.restart();
      await bench.advance(1000);
      assert.deepEqual([statuses(), attempts()], [['a:1 succeeded'], [2]]);
    });

    it('lets deploys come as fast as they like', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      const all = Array.from({ length: 40 }, (_, object) => anEnvelope(object));
      for (const envelope of all) {
        void bench.engine.accept([envelope], 'event-node');
        await new Promise((resolve) => setImmediate(resolve));
        bench.engine.pause();
        void bench.engine.resume(bench.handlers);
      }
      await bench.settle();
      assert.deepEqual(
        statuses().filter((status) => !status.endsWith('succeeded')),
        [],
      );
      assert.equal(new Set(bench.calls.map(({ webhookId }) => webhookId)).size, bench.calls.length);
      assert.equal(bench.calls.length, 80);
    });
  });

  describe('with an open circuit', () => {
    const opening = async (others = {}) => {
      await bench.start([aHandler('a', { concurrency: 100, ...others })]);
      bench.behaviours.set('a', held);
      await bench.accept(...Array.from({ length: 30 }, (_, object) => anEnvelope(object)));
    };

    for (const [bound, changes, inFlight] of [
      ['concurrency', { concurrency: 2 }, 2],
      ['rate', { ratePerSecond: 1 }, 1],
    ] as const) {
      it(`keeps to the handler’s ${bound} when it closes while events are being taken`, async () => {
        await bench.start([aHandler('a', changes)]);
        bench.behaviours.set('a', () => ({ ok: false, code: 410, error: 'HTTP 410 Gone', gone: true }));
        await bench.accept(anEnvelope(99));
        await bench.advance(1000);
        bench.behaviours.set('a', held);
        const operator = await bench.engine.operator();
        const fired = Array.from({ length: 20 }, (_, object) => bench.engine.fire(anEnvelope(object)));
        await new Promise((resolve) => setImmediate(resolve));
        await operator.closeCircuit('a');
        await Promise.all(fired);
        await bench.settle();
        assert.equal(bench.calls.length, 1 + inFlight);
        bench.behaviours.delete('a');
        await bench.answerAll();
        await bench.advance(20_000);
        assert.equal(statuses().filter((status) => status.endsWith('succeeded')).length, 20);
      });
    }

    it('keeps to the concurrency of now where fewer are allowed than when they began', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', held);
      await bench.accept(...Array.from({ length: 4 }, (_, object) => anEnvelope(object)));
      const fired = Array.from({ length: 4 }, (_, object) => bench.engine.fire(anEnvelope(10 + object)));
      await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
      bench.engine.pause();
      void bench.engine.resume([aHandler('a', { concurrency: 1 })]);
      await Promise.all(fired);
      await bench.settle();
      assert.equal(bench.calls.length, 4);
      await bench.answerAll();
      assert.equal(bench.calls.length, 5);
    });

    it('lets nobody through who was on the way to the call when it opened', async () => {
      await bench.start([aHandler('a', { concurrency: 100 }), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', () => outage);
      await bench.accept(...Array.from({ length: 60 }, (_, object) => anEnvelope(object)));
      const sent = bench.calls.filter(({ handler }) => handler === 'a').length;
      bench.behaviours.set('a', () => ({}));
      await bench.accept(anEnvelope(99));
      assert.equal(bench.calls.filter(({ handler }) => handler === 'a').length, sent);
    });

    it('probes again after a probe whose handler left the flow before it was called', async () => {
      await bench.start([aHandler('a', { retryDelays: [5, 5] })]);
      bench.behaviours.set('a', () => outage);
      await bench.accept(...Array.from({ length: 12 }, (_, object) => anEnvelope(object)));
      assert.equal(bench.engine.circuitOf('a').state, 'open');
      const before = bench.calls.length;
      await bench.time.advance(30_000);
      // The probe has been fetched from the journal, or is being so.
      bench.engine.pause();
      await bench.settle();
      await bench.deploy([]);
      assert.equal(bench.calls.length, before);
      assert.equal(bench.engine.circuitOf('a').state, 'open');
      bench.behaviours.set('a', () => ({}));
      await bench.deploy([aHandler('a', { retryDelays: [5, 5] })]);
      await bench.advance(60_000);
      assert.equal(bench.engine.circuitOf('a').state, 'closed');
      assert.ok(bench.calls.length > before);
    });

    it('stays gone whatever was on its way, until an operator closes it', async () => {
      await opening();
      const [first, second, third] = bench.calls;
      first?.answer({ ok: false, code: 410, error: 'HTTP 410 Gone', gone: true });
      await bench.settle();
      assert.equal(bench.engine.circuitOf('a').state, 'gone');
      second?.answer({});
      third?.answer(outage);
      await bench.settle();
      assert.equal(bench.engine.circuitOf('a').state, 'gone');
      await (await bench.engine.operator()).closeCircuit('a');
      assert.equal(bench.engine.circuitOf('a').state, 'closed');
    });

    it('takes a failure of a call that was on its way for no failure of the probe', async () => {
      await bench.start([aHandler('a', { concurrency: 100, retryDelays: [1, 1, 1] })]);
      bench.behaviours.set('a', held);
      await bench.accept(...Array.from({ length: 12 }, (_, object) => anEnvelope(object)));
      for (const call of bench.calls.slice(0, 10)) call.answer(outage);
      await bench.settle();
      await bench.advance(30_000);
      assert.equal(bench.engine.circuitOf('a').state, 'probing');
      bench.calls[10]?.answer(outage);
      await bench.settle();
      assert.equal(bench.engine.circuitOf('a').state, 'probing');
    });
  });

  describe('to a handler that is', () => {
    it('held misses nothing: new events wait, and run in order when it is released', async () => {
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
      const operator = await bench.engine.operator();
      await operator.switch('a', 'held', 'anna', 'maintenance');
      await bench.accept(anEnvelope(1), anEnvelope(2), anEnvelope(1));
      assert.deepEqual(bench.called, ['b:1', 'b:2', 'b:3']);
      assert.deepEqual(
        bench.passes.map(({ status, executions }) => [status, executions[0]?.parkedFor]),
        [
          ['parked', 'held'],
          ['parked', 'held'],
          ['parked', 'held'],
        ],
      );
      await bench.advance(86_400_000);
      await operator.switch('a', 'enabled', 'anna', null);
      await bench.settle();
      assert.deepEqual(bench.called.slice(3), ['a:1', 'a:2', 'a:3']);
    });

    it('asked for before flows have started is switched once they have', async () => {
      let switched = Promise.resolve();
      bench.onStarting = async () => {
        await bench.engine.log();
        switched = bench.engine.operator().then((operator) => operator.switch('a', 'held', null, null));
        await bench.settle();
      };
      await bench.start([aHandler('a')]);
      await switched;
      const [known] = await bench.engine.handlers();
      assert.deepEqual([known?.config.id, known?.status], ['a', 'held']);
    });

    it('held stops the chain where it says stop', async () => {
      await bench.start([aHandler('a', { onFailure: 'stop', handlerStatus: 'held' }), aHandler('b')]);
      await bench.accept(anEnvelope(1));
      assert.deepEqual([bench.called, statuses()], [[], ['a:1 parked', 'b:1 pending']]);
      await bench.deploy([aHandler('a', { onFailure: 'stop' }), aHandler('b')]);
      assert.deepEqual(bench.called, ['a:1', 'b:1']);
    });

    it('held waits over a restart', async () => {
      await bench.start([aHandler('a', { handlerStatus: 'held' })]);
      await bench.accept(anEnvelope(1));
      await bench.restart();
      await bench.advance(60_000);
      assert.deepEqual(bench.called, []);
      await bench.deploy([aHandler('a')]);
      assert.deepEqual(bench.called, ['a:1']);
    });

    const refused = (changes = {}) => {
      const saved = { id: 'a', name: 'a', handlerType: 'local', events: ['*'], ...changes };
      const handler = refusedHandler(saved, 'handler "a": command: is missing');
      assert.ok(handler);
      return handler;
    };

    it('refused belongs to the chain, waits as missing, and goes on when it is mended', async () => {
      await bench.start([]);
      await bench.engine.resume([refused(), aHandler('b', { priority: 20 })]);
      await bench.accept(anEnvelope(1), anEnvelope(1));
      assert.deepEqual(statuses(), ['a:1 parked', 'b:1 succeeded', 'a:2 parked', 'b:2 succeeded']);
      assert.deepEqual(
        bench.passes.map(({ status, executions }) => [status, executions[0]?.parkedFor]),
        [
          ['parked', 'missing'],
          ['parked', 'missing'],
        ],
      );
      await bench.deploy([aHandler('a'), aHandler('b', { priority: 20 })]);
      assert.deepEqual(bench.called.slice(2), ['a:1', 'a:2']);
    });

    it('refused and disabled is passed by, refused and archived too', async () => {
      for (const handlerStatus of ['disabled', 'archived']) {
        await bench.start([]);
        await bench.engine.resume([refused({ handlerStatus })]);
        await bench.accept(anEnvelope(1));
        assert.deepEqual(bench.passes.at(-1)?.executions, []);
        await bench.crash();
      }
    });

    it('refused keeps what can be read of it: its place in the chain, and what stops', async () => {
      const one = refused({
        priority: 'first',
        events: ['clients.*', '**', 7],
        onFailure: 'stop',
        handlerStatus: 'on',
      });
      assert.deepEqual(
        [one.priority, one.events, one.onFailure, one.handlerStatus],
        [10, ['clients.*'], 'stop', 'enabled'],
      );
      await bench.start([]);
      await bench.engine.resume([one, aHandler('z')]);
      await bench.accept(anEnvelope(1), anEnvelope(2, 'importd.new'));
      assert.deepEqual(bench.called, ['z:2']);
    });
  });

  describe('and the rate', () => {
    it('is not used up by events that only queue behind their object', async () => {
      await bench.start([aHandler('a', { ratePerSecond: 1, retryDelays: [] })]);
      bench.behaviours.set('a', held);
      await bench.engine.fire(anEnvelope(1));
      await bench.advance(1000);
      for (let n = 0; n < 20; n += 1) await bench.engine.fire(anEnvelope(1));
      await bench.engine.fire(anEnvelope(2));
      await bench.settle();
      assert.deepEqual(bench.called, ['a:1', 'a:22']);
    });

    it('is not used up by what parks without a call', async () => {
      const slow = aHandler('a', { ratePerSecond: 1 });
      await bench.start([{ ...slow, handlerStatus: 'held' }]);
      for (let n = 0; n < 20; n += 1) await bench.engine.fire(anEnvelope(n));
      await bench.settle();
      await bench.deploy([slow]);
      await bench.settle();
      assert.equal(bench.calls.length, 1);
      await bench.advance(3000);
      assert.equal(bench.calls.length, 4);
    });
  });

  describe('and what is told of a chain', () => {
    it('says what the journal says at the end of its first pass', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
      bench.behaviours.set('b', held);
      await bench.accept(anEnvelope(1));
      await bench.advance(5000);
      assert.deepEqual(statuses(), ['a:1 succeeded', 'b:1 running']);
      await bench.answerAll();
      const [pass] = bench.passes;
      assert.deepEqual(
        [pass?.status, pass?.executions.map(({ status, attempts: n }) => [status, n])],
        [
          'succeeded',
          [
            ['succeeded', 2],
            ['succeeded', 1],
          ],
        ],
      );
    });

    it('says that one has failed which has failed for good meanwhile', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', () => outage);
      bench.behaviours.set('b', held);
      await bench.accept(anEnvelope(1));
      await bench.advance(5000);
      await bench.answerAll();
      const [pass] = bench.passes;
      assert.deepEqual([pass?.status, pass?.executions[0]?.status], ['failed', 'failed']);
    });

    it('says that one was cancelled which an operator has cancelled meanwhile', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', () => outage);
      bench.behaviours.set('b', held);
      await bench.accept(anEnvelope(1));
      const parked = bench.rows.find(({ status }) => status === 'parked');
      await (await bench.engine.operator()).cancel(parked?.id ?? '', null);
      await bench.answerAll();
      const [pass] = bench.passes;
      assert.deepEqual([pass?.status, pass?.executions[0]?.status], ['failed', 'cancelled']);
    });

    it('says why one waits in a message that was made anew', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', () => outage);
      bench.behaviours.set('b', held);
      await bench.accept(anEnvelope(1));
      bench.behaviours.delete('b');
      await bench.restart([retrying({ handlerStatus: 'disabled' }), aHandler('b', { priority: 20 })]);
      assert.deepEqual(
        bench.passes.map(({ resumed, status, executions }) => [resumed, status, executions[0]?.parkedFor]),
        [[true, 'parked', 'disabled']],
      );
    });

    it('never shows an execution that is parked behind an earlier one while its event runs', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', () => outage);
      const torn: unknown[] = [];
      bench.engine.news.observe(() => {
        torn.push(
          ...bench.select(
            `select events.seq from events where stage = 5 and not exists
             (select 1 from executions where event_seq = events.seq and status = 1)`,
          ),
        );
      });
      await bench.accept(...[1, 1, 1, 2].map((object) => anEnvelope(object)));
      await bench.advance(5000);
      assert.deepEqual(torn, []);
      assert.ok(bench.rows.some(({ parkedFor }) => parkedFor === 'order'));
    });
  });
});
