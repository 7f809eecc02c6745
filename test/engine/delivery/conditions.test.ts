import { strict as assert } from 'node:assert';
import type { ExecutionRow } from '../../../src/engine/words/execution.ts';
import type { Handler, RefusedHandler } from '../../../src/engine/words/handler.ts';
import { aHandler, anEnvelope, EngineBench, outage, refusal } from '../../support/engine-bench.ts';

/** For clients who pay. */
const rich = 'data.balance > 0';
/** True, after some turns of the event loop. */
const long = '$reduce([1..20000], function($sum, $n) { $sum + $n }) > 0';

describe("a handler's condition", () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const fire = async (balance: unknown, object: number | string = 1) => {
    const data = balance === undefined ? {} : { balance };
    const id = await bench.engine.fire(anEnvelope(object, 'clients.update', data));
    await bench.settle();
    return id;
  };
  /** An event goes through the flow, to an executor that waits for its message. */
  const send = async (balance: unknown, object: number | string = 1) => {
    await bench.accept(anEnvelope(object, 'clients.update', { balance }));
    await bench.settle();
  };
  const rows = () =>
    bench
      .select<{ event: number; handler: string; status: number; passedBy: number; error: string | null }>(
        'select event_seq as event, handler_id as handler, status, passed_by as passedBy, error from executions order by seq',
      )
      .map(
        ({ event, handler, status, passedBy }) =>
          `${handler}:${event} ${passedBy ? 'passed by' : ['pending', 'running', 'parked', 'succeeded', 'failed', 'skipped', 'cancelled'][status]}`,
      );
  const stages = () =>
    bench.select<{ stage: number }>('select stage from events order by seq').map(({ stage }) => stage);
  const [succeeded, failed, unhandled] = [7, 8, 9];
  const errors = () =>
    bench
      .select<{ error: string | null }>('select error from executions order by seq')
      .map((row) => row.error);
  const last = (handler: string): ExecutionRow | undefined =>
    bench.rows.findLast((row) => row.handler.id === handler);

  it('has its handler called for the events that meet it, and tells of the others that it is not met', async () => {
    await bench.start([aHandler('a', { condition: rich }), aHandler('b')]);
    await send(5);
    await send(0, 2);
    await send(undefined, 3);
    assert.deepEqual(bench.called, ['a:1', 'b:1', 'b:2', 'b:3']);
    assert.deepEqual(rows(), [
      'a:1 succeeded',
      'b:1 succeeded',
      'a:2 passed by',
      'b:2 succeeded',
      'a:3 passed by',
      'b:3 succeeded',
    ]);
    assert.deepEqual(stages(), [succeeded, succeeded, succeeded]);
    const { status, passedBy, error, attempts, startedAt } = last('a') ?? {};
    assert.deepEqual([status, passedBy, error, attempts], ['skipped', true, 'condition not met', 0]);
    assert.ok(startedAt);
    assert.deepEqual(
      bench.passes.map((pass) => pass.status),
      ['succeeded', 'succeeded', 'succeeded'],
    );
    assert.deepEqual(
      bench.passes[1]?.executions.map(({ handler, status, passedBy }) => [handler.id, status, passedBy]),
      [
        ['a', 'skipped', true],
        ['b', 'succeeded', undefined],
      ],
    );
    const log = await bench.engine.log();
    const listed = await log.executions({ status: ['skipped'] }, { limit: 10 });
    assert.deepEqual(
      listed.items.map((row) => [row.eventId, row.passedBy, row.error]),
      [
        [bench.passes[2]?.eventId, true, 'condition not met'],
        [bench.passes[1]?.eventId, true, 'condition not met'],
      ],
    );
  });

  it('leaves no row of what it passes by where it is told so', async () => {
    await bench.start([
      aHandler('a', { condition: rich, conditionRow: false }),
      aHandler('b', { condition: rich, conditionRow: false }),
    ]);
    await send(0);
    await send(1, 2);
    assert.deepEqual(rows(), ['a:2 succeeded', 'b:2 succeeded']);
    assert.deepEqual(
      bench.passes.map((pass) => [pass.status, pass.executions.length]),
      [
        ['succeeded', 0],
        ['succeeded', 2],
      ],
    );
    assert.deepEqual(stages(), [succeeded, succeeded]);
  });

  it('that nobody meets settles the event with success: somebody listens, and it was not meant for them', async () => {
    await bench.start([aHandler('a', { condition: rich }), aHandler('b', { condition: 'false' })]);
    await send(0);
    assert.deepEqual(rows(), ['a:1 passed by', 'b:1 passed by']);
    assert.deepEqual([stages(), bench.passes.map(({ status }) => status)], [[succeeded], ['succeeded']]);
    await bench.deploy([aHandler('a', { events: ['other'] })]);
    await send(0);
    assert.deepEqual(stages(), [succeeded, unhandled]);
  });

  it('is judged once, and not again after a crash', async () => {
    await bench.start([aHandler('a', { condition: rich }), aHandler('b')]);
    bench.behaviours.set('b', () => undefined);
    await fire(0);
    assert.deepEqual(rows(), ['a:1 passed by', 'b:1 running']);
    bench.behaviours.set('b', () => ({}));
    await bench.restart([aHandler('a'), aHandler('b')]);
    await bench.until(() => rows().includes('b:1 succeeded'));
    assert.deepEqual(rows(), ['a:1 passed by', 'b:1 succeeded']);
    assert.deepEqual(bench.called, ['b:1', 'b:1']);
  });

  it('that is not met stops no chain and holds up nobody of its object', async () => {
    await bench.start([aHandler('a', { condition: rich, onFailure: 'stop' }), aHandler('b')]);
    await fire(0);
    await fire(1);
    assert.deepEqual(rows(), ['a:1 passed by', 'b:1 succeeded', 'a:2 succeeded', 'b:2 succeeded']);
  });

  describe('that can not be judged', () => {
    const broken = '$number(data.balance) > 0';

    it('fails the execution, naming why, and stops a chain like any failure', async () => {
      await bench.start([
        aHandler('z', { priority: 1 }),
        aHandler('a', { condition: broken, onFailure: 'stop' }),
        aHandler('b'),
      ]);
      await send('five');
      assert.deepEqual(rows(), ['z:1 succeeded', 'a:1 failed', 'b:1 skipped']);
      assert.match(
        String(errors()[1]),
        /^its condition could not be judged: the expression can not be evaluated: .*five/,
      );
      assert.deepEqual([stages(), bench.passes[0]?.status], [[failed], 'failed']);
      assert.deepEqual(bench.called, ['z:1']);
      assert.equal(
        bench.rows.filter(({ handler, status }) => handler.id === 'a' && status === 'failed').length,
        1,
      );
    });

    it('is judged when it is replayed: called if it is met, passed by if not, and who was behind it runs', async () => {
      await bench.start([aHandler('a', { condition: broken, onFailure: 'stop' }), aHandler('b')]);
      await fire('five', 1);
      await fire('six', 2);
      await bench.deploy([
        aHandler('a', { condition: 'data.balance = "five"', onFailure: 'stop' }),
        aHandler('b'),
      ]);
      const operator = await bench.engine.operator();
      for (const event of [1, 2]) await operator.replayEvent(`ev-${bench.tag}-${event}`);
      await bench.until(
        () => rows().filter((row) => row.startsWith('b') && row.endsWith('succeeded')).length === 2,
      );
      assert.deepEqual(rows().slice(4).sort(), [
        'a:1 succeeded',
        'a:2 passed by',
        'b:1 succeeded',
        'b:2 succeeded',
      ]);
      assert.deepEqual(stages(), [succeeded, succeeded]);
      assert.deepEqual(bench.called.toSorted(), ['a:1', 'b:1', 'b:2']);
    });

    it('fails alone: an endless one neither holds up the others nor the event loop', async function () {
      // It is given up after a million steps, however long a machine takes for them.
      this.timeout(60_000);
      const endless = { condition: '($f := function() { $f() }; $f())', events: ['clients.*'] };
      await bench.start([aHandler('a', endless), aHandler('b')]);
      let turns = 0;
      const turning = setInterval(() => turns++, 1);
      const fired = bench.engine.fire(anEnvelope(1));
      await bench.engine.fire(anEnvelope(2, 'other'));
      await fired;
      clearInterval(turning);
      await bench.until(
        () => rows().filter((row) => row.startsWith('b') && row.endsWith('succeeded')).length === 2,
      );
      assert.ok(turns > 0);
      assert.match(
        String(errors().find((error) => error !== null)),
        /its condition could not be judged: the expression did not end within/,
      );
    });
  });

  describe('replayed', () => {
    it('is not, with what failed or was skipped, nor in bulk', async () => {
      await bench.start([aHandler('a', { condition: rich }), aHandler('b')]);
      bench.behaviours.set('b', () => refusal);
      const id = await fire(0);
      bench.behaviours.set('b', () => ({}));
      const operator = await bench.engine.operator();
      const counted = await operator.replayAll({}, { dryRun: true, ratePerSecond: 0 });
      assert.equal(counted.matched, 1);
      await operator.replayAll({ status: ['failed', 'skipped'] }, { dryRun: false, ratePerSecond: 0 });
      await bench.until(() => rows().includes('b:1 succeeded'));
      assert.deepEqual(rows(), ['a:1 passed by', 'b:1 failed', 'b:1 succeeded']);
      await assert.rejects(operator.replayEvent(id), /nothing of it has failed or was skipped/);
    });

    it('by itself is judged by the condition of now', async () => {
      await bench.start([aHandler('a', { condition: rich })]);
      await fire(0);
      const operator = await bench.engine.operator();
      const replay = async (seq: number) => {
        await operator.replayExecution(`ex-${bench.tag}-${seq}`);
        await bench.settle();
      };
      await replay(1);
      assert.deepEqual(rows(), ['a:1 passed by', 'a:1 passed by']);
      await bench.deploy([aHandler('a', { condition: 'data.balance = 0' })]);
      await replay(2);
      await bench.until(() => rows().length === 3 && rows().at(-1) === 'a:1 succeeded');
      assert.deepEqual(bench.called, ['a:1']);
    });
  });

  it('keeps what is parked of a disabled handler from being stale that has missed nothing', async () => {
    const a = (changes = {}) => aHandler('a', { condition: rich, retryDelays: [60], ...changes });
    await bench.start([a()]);
    bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
    await fire(1, 'kept');
    await fire(1, 'missed');
    await bench.deploy([a({ handlerStatus: 'disabled' })]);
    await fire(0, 'kept');
    await fire(2, 'missed');
    await bench.deploy([a()]);
    await bench.advance(60_000);
    assert.deepEqual(rows().slice(0, 2), ['a:1 succeeded', 'a:2 cancelled']);
  });

  it('of a handler that is refused is judged when it is mended', async () => {
    const refused = (condition: string): RefusedHandler => ({
      ...aHandler('a', { condition }),
      problem: 'its condition is no JSONata',
    });
    await bench.start([refused('data.(')] as unknown as Handler[]);
    await fire(1, 'meets');
    await fire(0, 'does not');
    assert.deepEqual(rows(), ['a:1 parked', 'a:2 parked']);
    await bench.restart([aHandler('a', { condition: rich })]);
    await bench.until(() => rows().every((row) => !row.endsWith('parked')));
    assert.deepEqual(rows(), ['a:1 succeeded', 'a:2 passed by']);
  });

  it('that takes longer for one event lets no later event of its object be taken before', async () => {
    const slow = `data.balance = 1 ? ${long} : true`;
    await bench.start([aHandler('a', { condition: slow }), aHandler('b', { events: ['other'] })]);
    const first = bench.engine.take(anEnvelope(1, 'clients.update', { balance: 1 }), null);
    const second = bench.engine.take(anEnvelope(1, 'clients.update', { balance: 2 }), null);
    await Promise.all([first, second]);
    await bench.settle();
    const payloads = bench.select<{ payload: string }>('select payload from events order by seq');
    assert.deepEqual(
      payloads.map(({ payload }) => JSON.parse(payload).data.balance),
      [1, 2],
    );
    assert.deepEqual(bench.called, ['a:1', 'a:2']);
  });

  it('is judged by the handlers of a deploy that comes in between', async () => {
    await bench.start([aHandler('a', { condition: long })]);
    const fired = bench.engine.fire(anEnvelope(1));
    await new Promise((resolve) => setImmediate(resolve));
    await bench.deploy([aHandler('b')]);
    await fired;
    await bench.settle();
    assert.deepEqual(rows(), ['b:1 succeeded']);
  });
});
