import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { aHandler, anEnvelope, EngineBench, outage, refusal } from '../../support/engine-bench.ts';

const held = () => undefined;

describe('delivery', () => {
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

  describe('of a chain', () => {
    it('calls the handlers by priority, then name, then id, one after the other', async () => {
      const last = aHandler('c', { priority: 20 });
      const tie = aHandler('z', { name: 'a-name' });
      await bench.start([last, aHandler('b'), tie, aHandler('first', { priority: 1 })]);
      for (const { id } of bench.handlers) bench.behaviours.set(id, held);
      await bench.accept(anEnvelope(1));
      const seen: string[] = [];
      for (let call = 0; call < 4; call += 1) {
        assert.equal(bench.calls.length, call + 1);
        seen.push(String(bench.calls[call]?.handler));
        await bench.answerAll();
      }
      assert.deepEqual(seen, ['first', 'z', 'b', 'c']);
      assert.equal(bench.passes[0]?.status, 'succeeded');
    });

    it('goes on after a failure with continue, and tells of it', async () => {
      await bench.start([aHandler('a'), aHandler('b')]);
      bench.behaviours.set('a', () => refusal);
      await bench.accept(anEnvelope(1));
      assert.deepEqual(statuses(), ['a:1 failed', 'b:1 succeeded']);
      assert.deepEqual([bench.passes[0]?.status, bench.passes[0]?.executions.length], ['failed', 2]);
    });

    it('skips the later ones after a failure with stop', async () => {
      await bench.start([aHandler('a', { onFailure: 'stop' }), aHandler('b'), aHandler('c')]);
      bench.behaviours.set('a', () => refusal);
      await bench.accept(anEnvelope(1));
      assert.deepEqual(statuses(), ['a:1 failed', 'b:1 skipped', 'c:1 skipped']);
      assert.deepEqual(
        bench.passes[0]?.executions.map(({ status }) => status),
        ['failed', 'skipped', 'skipped'],
      );
    });

    it('calls only handlers that are enabled and listen to the type', async () => {
      const handlers = [
        aHandler('exact', { events: ['clients.update'] }),
        aHandler('pattern', { events: ['clients.*'] }),
        aHandler('other', { events: ['clients.accounts.*', 'clients'] }),
        aHandler('disabled', { handlerStatus: 'disabled' }),
        aHandler('archived', { handlerStatus: 'archived' }),
      ];
      await bench.start(handlers);
      await bench.accept(anEnvelope(1));
      assert.deepEqual(bench.called, ['exact:1', 'pattern:1']);
    });

    it('settles an event that nobody listens to as unhandled', async () => {
      await bench.start([aHandler('a', { events: ['importd.*'] })]);
      await bench.accept(anEnvelope(1));
      assert.deepEqual(bench.passes[0]?.executions, []);
      assert.equal(bench.passes[0]?.status, 'succeeded');
      assert.deepEqual(
        bench.select('select stage from events').map((row) => ({ ...(row as object) })),
        [{ stage: 9 }],
      );
    });

    it('fixes members and order at the take, and uses the configuration of the call', async () => {
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', held);
      await bench.accept(anEnvelope(1));
      await bench.deploy([aHandler('b', { priority: 1 }), aHandler('a'), aHandler('late', { priority: 0 })]);
      await bench.answerAll();
      assert.deepEqual(bench.called, ['a:1', 'b:1']);
    });
  });

  describe('between event node and executor', () => {
    it('marks a dropped event unclaimed after claimSeconds, and lets the next of its object go', async () => {
      bench.config = { id: 'registry', claimSeconds: 5 };
      await bench.start([aHandler('a')]);
      bench.flow = (event) => (event.payload.includes('"drop"') ? undefined : void bench.take(event));
      await bench.accept(anEnvelope(1, 'clients.update', { drop: true }), anEnvelope(1), anEnvelope(2));
      assert.deepEqual(bench.called, ['a:3']);
      await bench.advance(6000);
      assert.deepEqual(bench.called, ['a:3', 'a:2']);
      assert.deepEqual(
        bench.select<{ stage: number }>('select stage from events order by seq').map(({ stage }) => stage),
        [10, 7, 7],
      );
    });

    it('takes a late event all the same', async () => {
      bench.config = { id: 'registry', claimSeconds: 5 };
      await bench.start([aHandler('a')]);
      bench.flow = () => undefined;
      await bench.accept(anEnvelope(1));
      await bench.advance(60_000);
      const [late] = bench.emissions;
      assert.ok(late);
      await bench.take(late);
      await bench.settle();
      assert.deepEqual(statuses(), ['a:1 succeeded']);
    });

    it('stops the claim clock while flows are stopped', async () => {
      bench.config = { id: 'registry', claimSeconds: 5 };
      await bench.start([aHandler('a')]);
      bench.flow = () => undefined;
      await bench.accept(anEnvelope(1));
      bench.engine.pause();
      await bench.advance(3_600_000);
      assert.deepEqual(
        bench.select<{ stage: number }>('select stage from events').map(({ stage }) => stage),
        [2],
      );
    });

    it('drops the second message of an event', async () => {
      await bench.start([aHandler('a')]);
      bench.flow = (event) => {
        void bench.take(event);
        void bench.take(event);
      };
      const [id] = await bench.accept(anEnvelope(1));
      assert.deepEqual([bench.called, bench.dropped], [['a:1'], [id]]);
    });

    it('delivers the envelope as the flow has changed it', async () => {
      await bench.start([aHandler('a')]);
      bench.flow = (event) =>
        void bench.take({
          ...event,
          payload: JSON.stringify(anEnvelope(7, 'clients.create', { enriched: true })),
        });
      await bench.accept(anEnvelope(1));
      const body = JSON.parse(bench.calls[0]?.body ?? '{}');
      assert.deepEqual(
        [body.data, bench.calls[0]?.eventType, bench.calls[0]?.objectId],
        [{ enriched: true }, 'clients.create', '7'],
      );
    });

    it('delivers the envelope as it was handed over, whatever its giver makes of it then', async () => {
      await bench.start([aHandler('a')]);
      const envelope = anEnvelope(1, 'clients.create', { balance: 1 });
      const accepting = bench.accept(envelope);
      Object.assign(envelope.data, { balance: 2 });
      envelope.event.object_id = 2;
      await accepting;
      const [call] = bench.calls;
      assert.deepEqual([JSON.parse(call?.body ?? '{}').data, call?.objectId], [{ balance: 1 }, '1']);
    });

    it('emits untaken events again after a deploy, and after a crash', async () => {
      await bench.start([aHandler('a')]);
      bench.flow = () => undefined;
      const [id] = await bench.accept(anEnvelope(1));
      await bench.deploy([aHandler('a')]);
      await bench.restart();
      assert.deepEqual(
        bench.emissions.map((event) => event.id),
        [id, id, id],
      );
      assert.equal(bench.calls.length, 0);
    });

    it('emits one event of an object at a time, whatever else waits', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', held);
      await bench.accept(anEnvelope(1), anEnvelope(1), anEnvelope(2));
      assert.deepEqual(bench.called, ['a:1', 'a:3']);
      await bench.answerAll();
      assert.deepEqual(bench.called, ['a:1', 'a:3', 'a:2']);
    });

    it('keeps 1000 events out at most', async () => {
      await bench.start([aHandler('a')]);
      bench.flow = () => undefined;
      await bench.accept(...Array.from({ length: 1200 }, (_, object) => anEnvelope(object)));
      assert.equal(bench.emissions.length, 1000);
    });
  });

  describe('within its bounds', () => {
    it('runs as many chains as the registry says', async () => {
      bench.config = { id: 'registry', concurrency: 3 };
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', held);
      await bench.accept(...[1, 2, 3, 4, 5].map((object) => anEnvelope(object)));
      assert.equal(bench.calls.length, 3);
      bench.calls[0]?.answer({});
      await bench.settle();
      assert.equal(bench.calls.length, 4);
    });

    it('runs as many attempts of a handler as it says, while others go on', async () => {
      await bench.start([
        aHandler('slow', { events: ['clients.update'], concurrency: 2 }),
        aHandler('quick', { events: ['clients.create'] }),
      ]);
      bench.behaviours.set('slow', held);
      await bench.accept(
        ...[1, 2, 3, 4].map((object) => anEnvelope(object)),
        anEnvelope(9, 'clients.create'),
      );
      assert.deepEqual(bench.called, ['slow:1', 'slow:2', 'quick:5']);
      await bench.answerAll();
      await bench.answerAll();
      assert.equal(bench.passes.length, 5);
    });

    it('lends the places of calls that hang to other handlers, and to them only', async () => {
      bench.config = { id: 'registry', concurrency: 3 };
      await bench.start([
        aHandler('hangs', { events: ['clients.update'], concurrency: 16 }),
        aHandler('answers', { events: ['clients.create'] }),
      ]);
      bench.behaviours.set('hangs', held);
      await bench.accept(...[1, 2, 3, 4].map((object) => anEnvelope(object)));
      await bench.accept(...[5, 6, 7].map((object) => anEnvelope(object, 'clients.create')));
      await bench.advance(999);
      assert.deepEqual(bench.called, ['hangs:1', 'hangs:2', 'hangs:3']);
      await bench.advance(1);
      assert.deepEqual(bench.called.slice(3), ['answers:5', 'answers:6', 'answers:7']);
      await bench.advance(60_000);
      assert.equal(bench.calls.length, 6);
      bench.calls[0]?.answer({});
      await bench.settle();
      assert.equal(bench.called.at(-1), 'hangs:4');
    });

    it('keeps to a handler’s rate', async () => {
      await bench.start([aHandler('a', { ratePerSecond: 2 })]);
      await bench.accept(...[1, 2, 3, 4].map((object) => anEnvelope(object)));
      assert.equal(bench.calls.length, 1);
      await bench.advance(1000);
      assert.equal(bench.calls.length, 3);
      await bench.advance(500);
      assert.equal(bench.calls.length, 4);
    });

    it('keeps to the rate of now, for new events and retries, whatever it was before', async () => {
      const limited = (ratePerSecond: number) => aHandler('a', { ratePerSecond, retryDelays: [5] });
      for (const rate of [1, 0]) {
        bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
        await bench.start([limited(0.001)]);
        await bench.accept(...[1, 2, 3].map((object) => anEnvelope(object)));
        assert.equal(statuses().filter((status) => status.endsWith('parked')).length, 1);
        await bench.deploy([limited(rate)]);
        await bench.advance(10_000);
        assert.ok(statuses().every((status) => status.endsWith('succeeded')));
        await bench.crash();
      }
    });
  });

  describe('of what fails', () => {
    const retrying = (changes = {}) => aHandler('a', { retryDelays: [5, 300], ...changes });

    it('is tried again by the handler’s schedule, with the same bytes and webhook id', async () => {
      await bench.start([retrying()]);
      bench.behaviours.set('a', ({ attempt }) => (attempt < 3 ? outage : {}));
      await bench.accept(anEnvelope(1));
      assert.deepEqual(statuses(), ['a:1 parked']);
      assert.deepEqual(
        [bench.passes[0]?.status, bench.passes[0]?.executions[0]?.parkedFor],
        ['parked', 'retry'],
      );
      await bench.advance(4999);
      assert.equal(bench.calls.length, 1);
      await bench.advance(1);
      assert.equal(bench.calls.length, 2);
      await bench.advance(300_000);
      assert.deepEqual(statuses(), ['a:1 succeeded']);
      assert.deepEqual(
        bench.calls.map(({ attempt }) => attempt),
        [1, 2, 3],
      );
      assert.equal(new Set(bench.calls.map(({ body }) => body)).size, 1);
      assert.equal(new Set(bench.calls.map(({ webhookId }) => webhookId)).size, 1);
      assert.equal(bench.passes.length, 1);
    });

    it('has failed when the schedule is used up', async () => {
      await bench.start([retrying()]);
      bench.behaviours.set('a', () => refusal);
      await bench.accept(anEnvelope(1));
      await bench.advance(3_600_000);
      assert.equal(bench.calls.length, 3);
      assert.deepEqual(statuses(), ['a:1 failed']);
    });

    it('has failed at once by an answer that will not change, and holds up no later event of its object', async () => {
      await bench.start([retrying(), aHandler('b', { retryDelays: [5, 300], retryOn: 'any' })]);
      for (const id of ['a', 'b']) bench.behaviours.set(id, () => ({ ...refusal, final: true }));
      await bench.accept(anEnvelope(1), anEnvelope(1));
      assert.deepEqual(statuses(), ['a:1 failed', 'b:1 parked', 'a:2 failed', 'b:2 parked']);
      await bench.advance(3_600_000);
      assert.ok(statuses().every((status) => status.endsWith('failed')));
      const callsOf = (id: string) => bench.calls.filter(({ handler }) => handler === id).length;
      assert.deepEqual([callsOf('a'), callsOf('b')], [2, 6]);
    });

    it('has failed by such an answer to a probe too, and the next probe is another one’s', async () => {
      await bench.start([retrying()]);
      let answer: typeof refusal = outage;
      bench.behaviours.set('a', () => answer);
      await bench.accept(...Array.from({ length: 12 }, (_, object) => anEnvelope(object)));
      const parked = () => statuses().filter((status) => status.endsWith('parked')).length;
      assert.equal(parked(), 12);
      answer = { ...refusal, final: true };
      await bench.advance(30_000);
      assert.equal(parked(), 11);
      await bench.advance(30_000);
      assert.equal(parked(), 10);
      answer = {};
      await bench.advance(3_600_000);
      assert.equal(statuses().filter((status) => status.endsWith('succeeded')).length, 10);
    });

    it('waits as long as the receiver asks, if that is longer', async () => {
      await bench.start([retrying()]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? { ...outage, retryAfterMs: 60_000 } : {}));
      await bench.accept(anEnvelope(1));
      await bench.advance(59_000);
      assert.equal(bench.calls.length, 1);
      await bench.advance(1000);
      assert.equal(bench.calls.length, 2);
    });

    it('keeps its retry over a crash', async () => {
      await bench.start([retrying()]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
      await bench.accept(anEnvelope(1));
      await bench.restart();
      await bench.advance(5000);
      assert.deepEqual(statuses(), ['a:1 succeeded']);
    });

    it('holds the later events of its object and handler, not those of others', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', ({ attempt, eventId }) =>
        eventId.endsWith('-1') && attempt === 1 ? outage : {},
      );
      await bench.accept(anEnvelope(1), anEnvelope(1), anEnvelope(2));
      assert.deepEqual(statuses().toSorted(), [
        'a:1 parked',
        'a:2 parked',
        'a:3 succeeded',
        'b:1 succeeded',
        'b:2 succeeded',
        'b:3 succeeded',
      ]);
      assert.deepEqual(
        bench.passes.find(({ eventId }) => eventId.endsWith('-2'))?.executions[0]?.parkedFor,
        'order',
      );
      await bench.advance(5000);
      assert.ok(statuses().every((status) => status.endsWith('succeeded')));
      const first = bench.called.filter((call) => call.startsWith('a:') && !call.endsWith('3'));
      assert.deepEqual(first, ['a:1', 'a:1', 'a:2']);
    });

    it('tells of one that is held when its event’s turn comes', async () => {
      await bench.start([retrying(), aHandler('b')]);
      bench.behaviours.set('a', held);
      const first = await bench.engine.fire(anEnvelope(1));
      const second = await bench.engine.fire(anEnvelope(1));
      await bench.settle();
      await bench.answerAll(outage);
      assert.deepEqual(statuses(), ['a:1 parked', 'b:1 succeeded', 'a:2 parked', 'b:2 succeeded']);
      assert.deepEqual(
        bench.rows
          .filter(({ status }) => status === 'parked')
          .map(({ eventId, parkedFor }) => [eventId, parkedFor]),
        [
          [first, 'retry'],
          [second, 'order'],
        ],
      );
    });

    it('does not hold them where the registry does not order', async () => {
      bench.config = { id: 'registry', ordering: 'none' };
      await bench.start([retrying()]);
      bench.behaviours.set('a', ({ attempt, eventId }) =>
        eventId.endsWith('-1') && attempt === 1 ? outage : {},
      );
      await bench.accept(anEnvelope(1), anEnvelope(1));
      assert.deepEqual(bench.called, ['a:1', 'a:2']);
    });

    it('is not called again while its retry is on its way and another of its chain is settled', async () => {
      await bench.start([retrying(), retrying({ id: 'b' })]);
      for (const id of ['a', 'b'])
        bench.behaviours.set(id, ({ attempt }) => (attempt === 1 ? outage : undefined));
      await bench.accept(anEnvelope(1));
      await bench.advance(5000);
      assert.deepEqual(bench.called, ['a:1', 'b:1', 'a:1', 'b:1']);
      bench.calls[3]?.answer({});
      await bench.settle();
      assert.equal(bench.calls.length, 4);
      bench.calls[2]?.answer({});
      await bench.settle();
      assert.deepEqual(statuses(), ['a:1 succeeded', 'b:1 succeeded']);
    });

    it('is not called again while its retry is on its way and its chain goes on', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20, concurrency: 1 })]);
      bench.behaviours.set('a', ({ attempt, eventId }) =>
        eventId.endsWith('-1') ? {} : attempt === 1 ? outage : undefined,
      );
      bench.behaviours.set('b', () => undefined);
      await bench.accept(anEnvelope(1));
      await bench.accept(anEnvelope(2));
      await bench.advance(5000);
      assert.deepEqual(bench.called, ['a:1', 'b:1', 'a:2', 'a:2']);
      bench.calls[1]?.answer({});
      await bench.settle();
      assert.deepEqual(bench.called.slice(4), ['b:2']);
      await bench.answerAll();
      assert.ok(statuses().every((status) => status.endsWith('succeeded')));
    });

    it('goes on with the chain when a stop handler has succeeded at last, and sends no second message', async () => {
      await bench.start([retrying({ onFailure: 'stop' }), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
      await bench.accept(anEnvelope(1));
      assert.deepEqual(bench.called, ['a:1']);
      await bench.advance(5000);
      assert.deepEqual(bench.called, ['a:1', 'a:1', 'b:1']);
      assert.equal(bench.passes.length, 1);
    });
  });

  it('goes on whatever a listener throws, and says so once', async () => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
    bench.engine.news.observe(() => {
      throw new Error('the listener is broken');
    });
    await bench.accept(anEnvelope(1), anEnvelope(2));
    assert.deepEqual(statuses(), ['a:1 succeeded', 'b:1 succeeded', 'a:2 succeeded', 'b:2 succeeded']);
    assert.equal(bench.passes.length, 2);
    assert.deepEqual(bench.logged, ['error: the listener is broken']);
  });

  describe('to a dead endpoint', () => {
    const many = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => anEnvelope(from + index));

    it('stops after 10 failures in a row, probes every 30 s, and drains after the first success', async () => {
      await bench.start([aHandler('a', { retryDelays: [5, 5], concurrency: 1 })]);
      let dead = true;
      bench.behaviours.set('a', () => (dead ? outage : {}));
      await bench.accept(...many(1, 20));
      assert.equal(bench.calls.length, 10);
      assert.deepEqual(
        bench.circuits.map(({ state }) => state),
        ['open'],
      );
      assert.equal(statuses().filter((status) => status.endsWith('parked')).length, 20);
      await bench.advance(29_000);
      assert.equal(bench.calls.length, 10);
      await bench.advance(61_000);
      assert.equal(bench.calls.length, 13);
      const probed = bench.calls.slice(10).map(({ eventId }) => eventId);
      assert.equal(new Set(probed).size, 3);
      dead = false;
      await bench.advance(30_000);
      // Of a probe that fails, nobody is told: it has stayed open.
      assert.deepEqual(
        bench.circuits.map(({ state, handler }) => [state, handler.id, handler.number]),
        [
          ['open', 'a', 1],
          ['closed', 'a', 1],
        ],
      );
      await bench.advance(10_000);
      assert.ok(statuses().every((status) => status.endsWith('succeeded')));
      const spent = bench.select<{ most: number }>('select max(retries) as most from executions');
      assert.equal(spent[0]?.most, 1);
    });

    it('tries another object each time, also where the registry does not order', async () => {
      bench.config = { id: 'registry', ordering: 'none' };
      await bench.start([aHandler('a', { retryDelays: [5], concurrency: 1 })]);
      bench.behaviours.set('a', () => outage);
      await bench.accept(...Array.from({ length: 10 }, () => anEnvelope(1)), anEnvelope(2), anEnvelope(3));
      await bench.advance(90_000);
      assert.deepEqual(
        bench.calls.slice(10).map(({ objectId }) => objectId),
        ['1', '2', '3'],
      );
    });

    it('tries it as often as its rate allows', async () => {
      await bench.start([aHandler('a', { retryDelays: [5], ratePerSecond: 0.02 })]);
      bench.behaviours.set('a', () => outage);
      await bench.accept(...many(1, 12));
      await bench.advance(450_000);
      assert.deepEqual([bench.calls.length, bench.engine.circuitOf('a').state], [10, 'open']);
      await bench.advance(500_000);
      assert.equal(bench.calls.length, 20);
    });

    it('was never open after fewer failures', async () => {
      await bench.start([aHandler('a', { retryDelays: [5] })]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
      await bench.accept(anEnvelope(1));
      await bench.advance(5000);
      assert.deepEqual(statuses(), ['a:1 succeeded']);
      assert.deepEqual(bench.engine.circuitOf('a'), { state: 'closed', since: null, error: null });
    });

    it('calls an endpoint that is gone no more, over a restart too, until its circuit is closed by hand', async () => {
      await bench.start([aHandler('a', { retryDelays: [5] })]);
      bench.behaviours.set('a', () => ({ ok: false, code: 410, error: 'HTTP 410 Gone', gone: true }));
      await bench.accept(anEnvelope(1));
      await bench.restart();
      await bench.accept(anEnvelope(2));
      await bench.advance(86_400_000);
      assert.equal(bench.calls.length, 1);
      bench.behaviours.set('a', () => ({}));
      const closing = 'info: the circuit of "a" was closed by ';
      assert.ok(!bench.logged.some((line) => line.startsWith(closing)));
      await (await bench.engine.operator()).closeCircuit('a', 'anna\nerror: all is lost');
      assert.ok(
        bench.logged.includes(String.raw`${closing}"anna\nerror: all is lost"`),
        bench.logged.join('\n'),
      );
      await assert.rejects((await bench.engine.operator()).closeCircuit('a', 'bert'), /closed already/);
      assert.equal(bench.logged.filter((line) => line.startsWith(closing)).length, 1);
      await bench.advance(10_000);
      assert.ok(statuses().every((status) => status.endsWith('succeeded')));
    });

    it('spends no retry in an outage of 3 hours but the first failures’, and drains in order after it', async () => {
      const delays = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];
      await bench.start([aHandler('a', { retryDelays: delays })]);
      let dead = true;
      bench.behaviours.set('a', () => (dead ? outage : {}));
      const objects = Array.from({ length: 30 }, (_, object) => anEnvelope(object));
      await bench.accept(...objects);
      await bench.advance(1_800_000);
      await bench.accept(...objects);
      await bench.advance(9_000_000);
      const spent = bench.select<{ retries: number; n: number }>(
        'select retries, count(*) as n from executions group by retries order by retries',
      );
      assert.ok(spent.every(({ retries }) => retries <= 1));
      assert.ok(
        Number(spent.find(({ retries }) => retries === 1)?.n) <= 16,
        'what was in flight when it opened',
      );
      const probes = bench.calls.length - 16;
      assert.ok(probes <= 3 * 120 + 1, `one call each 30 s, not ${probes}`);
      dead = false;
      const before = bench.calls.length;
      await bench.advance(60_000);
      assert.ok(statuses().every((status) => status.endsWith('succeeded')));
      for (const calls of Map.groupBy(bench.calls.slice(before), ({ objectId }) => objectId).values()) {
        const seqs = calls.map(({ eventId }) => Number(eventId.split('-')[2]));
        assert.deepEqual(
          seqs,
          seqs.toSorted((x, y) => x - y),
        );
      }
    });

    it('counts a refusal as a sign of life', async () => {
      await bench.start([aHandler('a', { concurrency: 1 })]);
      bench.behaviours.set('a', ({ eventId }) =>
        Number(eventId.split('-')[2]) % 9 === 0 ? refusal : outage,
      );
      await bench.accept(...many(1, 40));
      assert.equal(bench.calls.length, 40);
      assert.deepEqual(bench.circuits, []);
    });
  });

  describe('to a handler that is', () => {
    const retrying = (changes = {}) => aHandler('a', { retryDelays: [5], ...changes });
    const failOnce = () => bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));

    it('disabled passes it by; what is parked waits, and is stale after a later event of its object', async () => {
      await bench.start([retrying()]);
      failOnce();
      await bench.accept(anEnvelope(1), anEnvelope(2));
      const operator = await bench.engine.operator();
      await operator.switch('a', 'disabled', 'anna', 'maintenance');
      await bench.accept(anEnvelope(1));
      await bench.advance(60_000);
      assert.equal(bench.calls.length, 2);
      await operator.switch('a', 'enabled', 'anna', null);
      await bench.advance(10_000);
      assert.deepEqual(statuses(), ['a:1 cancelled', 'a:2 succeeded']);
    });

    it('disabled when an event’s turn comes, is not called with it after it has missed a later one', async () => {
      await bench.start([retrying(), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', held);
      for (let event = 1; event <= 2; event += 1) await bench.engine.fire(anEnvelope(1));
      const operator = await bench.engine.operator();
      await operator.switch('a', 'disabled', 'anna', null);
      await bench.engine.fire(anEnvelope(1));
      await bench.answerAll();
      assert.equal(statuses()[2], 'a:2 parked');
      await operator.switch('a', 'enabled', 'anna', null);
      await bench.settle();
      assert.equal(statuses()[2], 'a:2 cancelled');
      assert.deepEqual(bench.called, ['a:1', 'b:1', 'b:2', 'b:3']);
    });

    it('enabled again is not probed with what is stale', async () => {
      await bench.start([retrying({ concurrency: 1 })]);
      bench.behaviours.set('a', () => outage);
      const objects = Array.from({ length: 12 }, (_, object) => anEnvelope(object));
      await bench.accept(...objects);
      assert.equal(bench.engine.circuitOf('a').state, 'open');
      const operator = await bench.engine.operator();
      await operator.switch('a', 'disabled', 'anna', null);
      await bench.accept(...objects.slice(1));
      await operator.switch('a', 'enabled', 'anna', null);
      await bench.settle();
      assert.deepEqual(
        statuses().filter((status) => !status.endsWith('cancelled')),
        ['a:1 parked'],
      );
      await bench.advance(60_000);
      assert.deepEqual(bench.called.slice(10), ['a:1', 'a:1']);
    });

    it('switched to and fro, is not called with what became stale meanwhile', async () => {
      await bench.start([retrying()]);
      failOnce();
      await bench.accept(anEnvelope(1));
      const operator = await bench.engine.operator();
      await operator.switch('a', 'disabled', 'anna', null);
      await bench.advance(60_000);
      const switched = [
        operator.switch('a', 'enabled', 'anna', null),
        operator.switch('a', 'disabled', 'anna', null),
      ];
      const fired = bench.engine.fire(anEnvelope(1));
      for (let turn = 0; turn < 5; turn += 1) await undefined;
      switched.push(operator.switch('a', 'enabled', 'anna', null));
      await Promise.all([...switched, fired]);
      await bench.settle();
      assert.deepEqual([statuses(), bench.called], [['a:1 cancelled'], ['a:1']]);
    });

    it('enabled again when an execution’s turn comes has missed nothing: it keeps its retries', async () => {
      await bench.start([retrying({ onFailure: 'stop' }), aHandler('z', { priority: 20, retryDelays: [5] })]);
      failOnce();
      bench.behaviours.set('z', ({ attempt }) => (attempt === 1 ? outage : {}));
      await bench.accept(anEnvelope(1));
      const operator = await bench.engine.operator();
      await operator.switch('z', 'disabled', 'anna', null);
      await bench.accept(anEnvelope(1));
      await operator.switch('z', 'enabled', 'anna', null);
      await bench.advance(60_000);
      assert.deepEqual(statuses(), ['a:1 succeeded', 'z:1 succeeded', 'a:2 succeeded']);
    });

    it('archived cancels what is parked, with a reason', async () => {
      await bench.start([retrying()]);
      failOnce();
      await bench.accept(anEnvelope(1));
      await bench.deploy([retrying({ handlerStatus: 'archived' })]);
      await bench.advance(1000);
      assert.deepEqual(statuses(), ['a:1 cancelled']);
      assert.match(
        String(bench.select<{ error: string }>('select error from executions')[0]?.error),
        /archived/,
      );
    });

    it('missing waits until it returns', async () => {
      await bench.start([retrying()]);
      failOnce();
      await bench.accept(anEnvelope(1));
      await bench.deploy([]);
      await bench.advance(86_400_000);
      assert.equal(bench.calls.length, 1);
      await bench.deploy([retrying()]);
      await bench.advance(1000);
      assert.deepEqual(statuses(), ['a:1 succeeded']);
    });

    it('missing when its turn comes parks, and the chain goes on', async () => {
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 }), aHandler('c', { priority: 30 })]);
      bench.behaviours.set('a', held);
      await bench.accept(anEnvelope(1));
      await bench.deploy([aHandler('a'), aHandler('c', { priority: 30 })]);
      await bench.answerAll();
      assert.deepEqual(statuses(), ['a:1 succeeded', 'b:1 parked', 'c:1 succeeded']);
      assert.equal(bench.passes[0]?.executions[1]?.parkedFor, 'missing');
    });
  });

  describe('when an operator', () => {
    it('replays a failed execution, it joins the end of its object’s queue and brings back what was skipped', async () => {
      await bench.start([aHandler('a', { onFailure: 'stop' }), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', () => refusal);
      await bench.accept(anEnvelope(1));
      bench.behaviours.set('a', () => ({}));
      const failed = bench.rows.find(({ status }) => status === 'failed');
      const replay = await (await bench.engine.operator()).replayExecution(String(failed?.id));
      await bench.settle();
      assert.deepEqual(statuses(), ['a:1 failed', 'b:1 skipped', 'a:1 succeeded', 'b:1 succeeded']);
      assert.equal(bench.rows.find(({ id }) => id === replay)?.replayOf, failed?.id);
      assert.equal(
        new Set(bench.calls.filter(({ handler }) => handler === 'a').map(({ webhookId }) => webhookId)).size,
        1,
      );
      assert.equal(bench.passes.length, 1);
    });

    it('replays all that matches a filter: counted first, settled ones only, the latest of each, in their order', async () => {
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', () => refusal);
      await bench.accept(...[1, 2, 3].map((object) => anEnvelope(object)));
      const { engine } = bench;
      const failed = { status: ['failed' as const] };
      const first = bench.rows.find(({ status, eventId }) => status === 'failed' && eventId.endsWith('-2'));
      bench.behaviours.set('a', () => ({}));
      await (await engine.operator()).replayExecution(String(first?.id));
      await bench.settle();
      const dry = await (await engine.operator()).replayAll(failed, { dryRun: true, ratePerSecond: 0 });
      assert.deepEqual([dry.matched, dry.replaying, bench.calls.length], [2, 0, 7]);
      const replay = await (await engine.operator()).replayAll(failed, { dryRun: false, ratePerSecond: 0 });
      await bench.until(() => bench.calls.length === 9);
      assert.deepEqual(replay, { matched: 2, replaying: 2 });
      assert.deepEqual(bench.called.slice(7), ['a:1', 'a:3']);
      await (await engine.operator()).switch('a', 'disabled', null, null);
      assert.deepEqual(
        await (await engine.operator()).replayAll({ handler: 'a' }, { dryRun: false, ratePerSecond: 0 }),
        { matched: 0, replaying: 0 },
      );
    });

    it('replays no faster than asked', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', () => refusal);
      await bench.accept(...[1, 2, 3, 4].map((object) => anEnvelope(object)));
      await (await bench.engine.operator()).replayAll({}, { dryRun: false, ratePerSecond: 1 });
      for (let call = 5; call <= 8; call += 1) {
        await bench.until(() => bench.calls.length === call);
        await bench.advance(999);
        assert.equal(bench.calls.length, call);
        await bench.advance(1);
      }
    });

    it('enables a handler and that can not be saved, what waits for it runs all the same', async () => {
      await bench.start([aHandler('a')]);
      const operator = await bench.engine.operator();
      await operator.switch('a', 'held', 'anna', null);
      await bench.accept(anEnvelope(1));
      assert.deepEqual(statuses(), ['a:1 parked']);
      // The name of the file that is renamed once it is complete.
      mkdirSync(join(bench.folder, '.registry.json.tmp'));
      await assert.rejects(operator.switch('a', 'enabled', 'anna', null), /in force, but could not be saved/);
      await bench.settle();
      assert.deepEqual(statuses(), ['a:1 succeeded']);
    });

    it('cancels a parked execution, the next one of its object runs', async () => {
      await bench.start([aHandler('a', { retryDelays: [3600] })]);
      bench.behaviours.set('a', ({ eventId }) => (eventId.endsWith('-1') ? outage : {}));
      await bench.accept(anEnvelope(1), anEnvelope(1));
      const parked = bench.rows.find(({ status }) => status === 'parked');
      await (await bench.engine.operator()).cancel(String(parked?.id), 'anna');
      await bench.advance(10);
      const told = bench.rows.findLast(({ id }) => id === parked?.id);
      assert.deepEqual([told?.status, told?.error], ['cancelled', 'cancelled by anna; before: HTTP 503']);
      assert.deepEqual(statuses(), ['a:1 cancelled', 'a:2 succeeded']);
    });
  });

  describe('over a deploy', () => {
    it('lets attempts in flight end, starts none until flows have started, and runs nothing twice', async () => {
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('a', held);
      await bench.accept(anEnvelope(1));
      bench.engine.pause();
      await bench.answerAll();
      await bench.advance(1000);
      assert.deepEqual([bench.called, bench.passes.length], [['a:1'], 0]);
      await bench.deploy(bench.handlers);
      assert.deepEqual(bench.called, ['a:1', 'b:1']);
      assert.equal(bench.passes[0]?.status, 'succeeded');
    });

    it('sends the message of a chain that ended meanwhile, once flows have started', async () => {
      await bench.start([aHandler('a')]);
      bench.behaviours.set('a', held);
      await bench.accept(anEnvelope(1));
      bench.engine.pause();
      await bench.answerAll();
      assert.deepEqual([statuses(), bench.passes.length], [['a:1 succeeded'], 0]);
      await bench.deploy(bench.handlers);
      await bench.advance(60_000);
      assert.deepEqual(
        bench.passes.map(({ status, resumed }) => [status, resumed]),
        [['succeeded', undefined]],
      );
      assert.deepEqual(bench.called, ['a:1']);
    });

    it('sends it in the next process where this one ends before', async () => {
      await bench.start([aHandler('a', { concurrency: 1 })]);
      bench.behaviours.set('a', held);
      await bench.accept(anEnvelope(1), anEnvelope(2));
      bench.engine.pause();
      await bench.answerAll();
      await bench.restart([aHandler('a', { handlerStatus: 'disabled' })]);
      assert.deepEqual(
        bench.passes.map(({ status, resumed }) => [status, resumed]),
        [
          ['succeeded', true],
          ['parked', true],
        ],
      );
      assert.deepEqual(bench.called, ['a:1']);
    });

    it('accepts events all the time', async () => {
      await bench.start([aHandler('a')]);
      bench.engine.pause();
      await bench.accept(anEnvelope(1));
      assert.equal(bench.emissions.length, 0);
      await bench.deploy(bench.handlers);
      assert.deepEqual(statuses(), ['a:1 succeeded']);
    });
  });

  describe('after a crash', () => {
    it('goes on with the same handlers and the same bytes, and says that it was resumed', async () => {
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
      bench.behaviours.set('b', held);
      await bench.accept(anEnvelope(1, 'clients.update', { n: 1 }));
      await bench.restart([aHandler('a'), aHandler('b', { priority: 20 }), aHandler('new', { priority: 0 })]);
      bench.behaviours.delete('b');
      await bench.answerAll();
      assert.deepEqual(bench.called, ['a:1', 'b:1', 'b:1']);
      assert.equal(new Set(bench.calls.map(({ body }) => body)).size, 1);
      assert.deepEqual(
        [bench.passes.length, bench.passes[0]?.resumed, bench.passes[0]?.status],
        [1, true, 'succeeded'],
      );
    });
  });

  describe('when the clock', () => {
    it('is set back an hour, stalls no retry', async () => {
      await bench.start([aHandler('a', { retryDelays: [5] })]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
      await bench.accept(anEnvelope(1));
      bench.time.set(bench.time.now() - 3_600_000);
      await bench.advance(5000);
      assert.deepEqual(statuses(), ['a:1 succeeded']);
    });

    it('is set back an hour over a restart, stalls no retry either', async () => {
      await bench.start([aHandler('a', { retryDelays: [5] })]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
      await bench.accept(anEnvelope(1));
      bench.time.set(bench.time.now() - 3_600_000);
      await bench.restart();
      await bench.advance(6000);
      assert.deepEqual(statuses(), ['a:1 succeeded']);
    });

    it('is set back an hour over a restart, stalls nothing that waits for its handler, and no probe', async () => {
      const handlers = [aHandler('a', { handlerStatus: 'held' }), aHandler('b', { retryDelays: [5] })];
      await bench.start(handlers);
      bench.behaviours.set('b', () => outage);
      await bench.accept(...Array.from({ length: 12 }, (_, object) => anEnvelope(object)));
      assert.equal(bench.engine.circuitOf('b').state, 'open');
      bench.time.set(bench.time.now() - 3_600_000);
      bench.behaviours.delete('b');
      await bench.restart([aHandler('a'), aHandler('b', { retryDelays: [5] })]);
      await bench.advance(1000);
      assert.deepEqual(new Set(bench.called.filter((call) => call.startsWith('a'))).size, 12);
      await bench.advance(30_000);
      assert.equal(bench.engine.circuitOf('b').state, 'closed');
      await bench.advance(6000);
      assert.ok(statuses().every((status) => status.endsWith('succeeded')));
    });

    it('is set forward a day, brings no more calls at a time than the handler allows', async () => {
      await bench.start([aHandler('a', { retryDelays: [3600], concurrency: 2 })]);
      bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? refusal : undefined));
      await bench.accept(...[1, 2, 3, 4, 5].map((object) => anEnvelope(object)));
      bench.time.set(bench.time.now() + 86_400_000);
      await bench.advance(3_600_000);
      assert.equal(bench.calls.filter(({ ended }) => ended === undefined).length, 2);
    });
  });
});
