import { strict as assert } from 'node:assert';
import { aHandler, anEnvelope, EngineBench, outage, refusal } from '../../support/engine-bench.ts';

const hour = 3_600_000;

/** The call is held until it is answered. */
const held = () => undefined;

describe('delivering what a handler has missed', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const operator = () => bench.engine.operator();
  const log = () => bench.engine.log();
  const eventOf = async (id: string) => (await log()).event(id);
  const newest = async () => (await (await log()).replays())[0];
  const over = () => bench.until(async () => ['done', 'cancelled'].includes((await newest())?.status ?? ''));
  const count = async (from = 0, to?: number) =>
    (await operator()).countMissed({ handler: 'b', from, ...(to !== undefined && { to }) });
  const deliver = async (from = 0, ratePerSecond = 0) => {
    const started = await (await operator()).deliverMissed(
      { handler: 'b', from },
      { ratePerSecond, by: 'anna' },
    );
    return started.looking;
  };
  const switchTo = async (status: 'enabled' | 'held' | 'disabled') =>
    (await operator()).switch('b', status, null, null);
  const calledOf = (handler: string) => bench.calls.filter((call) => call.handler === handler);
  /** What of these events `a` has had, and `b` has missed. */
  const missing = async (objects: readonly number[], b: Record<string, unknown> = {}) => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20, ...b })]);
    await switchTo('disabled');
    const ids = await bench.accept(...objects.map((object) => anEnvelope(object)));
    await switchTo('enabled');
    return ids;
  };

  it('calls it alone, once for each, in their order per object, and says why', async () => {
    const ids = await missing([1, 2, 1, 1]);
    const { matched, looked, of, nextCursor, prunedBefore } = await count();
    assert.deepEqual([matched, looked, of, nextCursor, prunedBefore], [4, 4, 4, null, null]);
    assert.equal(await deliver(), 4);
    await over();
    await bench.until(() => calledOf('b').length === 4);
    assert.equal(calledOf('a').length, 4, 'nobody else is called');
    assert.deepEqual(
      calledOf('b')
        .filter(({ objectId }) => objectId === '1')
        .map(({ eventId }) => eventId),
      [ids[0], ids[2], ids[3]],
    );
    const { status, executions } = await eventOf(ids[0] ?? '');
    assert.equal(status, 'succeeded');
    assert.deepEqual(
      executions.map(({ handler, replayOf, deliveredLater }) => [handler.id, replayOf, deliveredLater]),
      [
        ['a', null, undefined],
        ['b', null, true],
      ],
    );
    const { kind, matched: all, looked: seen, replayed, by } = (await newest()) ?? assert.fail();
    assert.deepEqual([kind, all, seen, replayed, by], ['delivery', 4, 4, 4, 'anna']);
    assert.equal(bench.passes.length, 4, 'no executor is told again');
  });

  it('delivers nothing twice: not when it is asked for twice, or at once, or killed in the middle', async () => {
    await missing([1, 2, 3, 4]);
    await Promise.all([deliver(0, 1), deliver()]);
    await bench.until(() => calledOf('b').length === 1);
    await bench.restart();
    for (let second = 0; second < 6; second += 1) {
      await bench.advance(1000);
      await bench.until(async () => ((await newest())?.looked ?? 0) >= 0);
    }
    await bench.until(() => calledOf('b').length === 4);
    await over();
    assert.equal((await count()).matched, 0);
    await deliver();
    await over();
    const [rows] = bench.select<{ n: number }>("select count(*) as n from executions where handler_id = 'b'");
    assert.equal(rows?.n, 4);
    assert.equal(calledOf('b').length, 4);
  });

  it('leaves alone what it has an execution of, whatever became of that', async () => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20, retryDelays: [60] })]);
    bench.behaviours.set('b', () => refusal);
    await bench.accept(anEnvelope(1));
    bench.behaviours.set('b', () => outage);
    await bench.accept(anEnvelope(2));
    bench.behaviours.delete('b');
    await bench.accept(anEnvelope(3));
    assert.deepEqual([(await count()).matched, (await count()).of], [0, 3]);
  });

  it('means events of its types that were taken from a moment on, before another', async () => {
    await bench.start([aHandler('a'), aHandler('b', { events: ['clients.update'] })]);
    await switchTo('disabled');
    await bench.accept(anEnvelope(1));
    await bench.advance(hour);
    const from = bench.time.now();
    bench.behaviours.set('a', held);
    const waiting = await bench.accept(anEnvelope(2), anEnvelope(3, 'clients.create'));
    await bench.advance(hour);
    const to = bench.time.now();
    await bench.accept(anEnvelope(4));
    await bench.answerAll();
    await switchTo('enabled');
    assert.deepEqual(
      [(await count()).matched, (await count(from)).matched, (await count(from, to)).matched],
      [3, 2, 1],
    );
    await (await operator()).deliverMissed({ handler: 'b', from, to }, { ratePerSecond: 0, by: null });
    await over();
    await bench.until(() => calledOf('b').length === 1);
    assert.equal(calledOf('b')[0]?.eventId, waiting[0]);
  });

  it('finds what waited while it was disabled and was taken then', async () => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
    bench.behaviours.set('a', held);
    await bench.accept(anEnvelope(1));
    const [behind = ''] = await bench.accept(anEnvelope(1));
    await bench.advance(1000);
    const from = bench.time.now();
    await switchTo('disabled');
    // The first is of `b` too; the one behind it was accepted before, and is taken now.
    await bench.advance(1000);
    await bench.answerAll();
    await bench.answerAll();
    await switchTo('enabled');
    const { executions } = await eventOf(behind);
    if (executions.some(({ handler }) => handler.id === 'b')) assert.equal((await count(from)).matched, 0);
    else assert.equal((await count(from)).matched, 1);
  });

  it('asks its condition as at a take: who is passed by is not called, and leaves no row', async () => {
    const condition = { condition: 'data.vip' };
    await missing([1], condition);
    await switchTo('disabled');
    const [vip = ''] = await bench.accept(anEnvelope(2, 'clients.update', { vip: true }));
    await switchTo('enabled');
    assert.deepEqual([(await count()).matched, (await count()).of], [1, 2]);
    await deliver();
    await over();
    await bench.until(() => calledOf('b').length === 1);
    assert.equal(calledOf('b')[0]?.eventId, vip);
    const [rows] = bench.select<{ n: number }>("select count(*) as n from executions where handler_id = 'b'");
    assert.equal(rows?.n, 1);
  });

  it('counts what its condition can not be judged of, and leaves it out until it is mended', async () => {
    await missing([1, 2], { condition: '$error("not so")' });
    assert.deepEqual([(await count()).matched, (await count()).unjudged], [0, 2]);
    await bench.deploy([aHandler('a'), aHandler('b', { condition: 'true' })]);
    assert.deepEqual([(await count()).matched, (await count()).unjudged], [2, 0]);
  });

  it('comes to what its condition has passed by, once that says otherwise', async () => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20, condition: 'data.vip' })]);
    const [id = ''] = await bench.accept(anEnvelope(1));
    assert.equal((await count()).matched, 0);
    await bench.deploy([aHandler('a'), aHandler('b', { priority: 20, condition: 'true' })]);
    assert.equal((await count()).matched, 1);
    await deliver();
    await over();
    await bench.until(() => calledOf('b').length === 1);
    const { executions } = await eventOf(id);
    const [before, now] = executions.filter(({ handler }) => handler.id === 'b');
    assert.deepEqual(
      [before?.replayedAs?.id, now?.replayOf, now?.deliveredLater],
      [now?.id, before?.id, true],
    );
  });

  it('delivers what nobody listened to, and what came past the event nodes', async () => {
    await bench.start([]);
    const id = await bench.engine.fire(anEnvelope(1));
    await bench.deploy([aHandler('b')]);
    await deliver();
    await over();
    await bench.until(() => calledOf('b').length === 1);
    assert.equal((await eventOf(id)).status, 'succeeded');
  });

  it('fails, retries, waits its turn and holds as a replay does', async () => {
    const [first = '', second = ''] = await missing([1, 1], { retryDelays: [5] });
    bench.behaviours.set('b', () => outage);
    await deliver();
    await over();
    await bench.until(() => calledOf('b').length === 1);
    const parked = async (id: string) =>
      (await eventOf(id)).executions.find(({ handler }) => handler.id === 'b')?.parkedFor;
    assert.deepEqual([await parked(first), await parked(second)], ['retry', 'order']);
    bench.behaviours.delete('b');
    await bench.advance(5000);
    await bench.until(() => calledOf('b').length === 3);
    assert.deepEqual(
      calledOf('b').map(({ eventId }) => eventId),
      [first, first, second],
    );
  });

  it('leaves out the chains that a failed handler has stopped', async () => {
    await bench.start([aHandler('a', { onFailure: 'stop' }), aHandler('b', { priority: 20 })]);
    bench.behaviours.set('a', () => refusal);
    await switchTo('disabled');
    await bench.accept(anEnvelope(1));
    await switchTo('enabled');
    assert.deepEqual([(await count()).matched, (await count()).stopped], [0, 1]);
  });

  it('refuses who may not be called, and ends when its handler may be called no more', async () => {
    await missing([1, 2, 3]);
    await deliver(0, 1);
    await bench.until(() => calledOf('b').length === 1);
    await switchTo('disabled');
    await bench.advance(1000);
    await over();
    assert.deepEqual([(await newest())?.status, calledOf('b').length], ['cancelled', 1]);
    await assert.rejects(count(), /"b" is disabled.*enable it first/);
    await assert.rejects(deliver(), /"b" is disabled/);
    await assert.rejects((await operator()).countMissed({ handler: 'x', from: 0 }), /no handler x/);
    await switchTo('enabled');
    await assert.rejects((await operator()).countMissed({ handler: 'b', from: 0 }, 'x'), /cursor/);
    assert.equal((await count()).matched, 2);
  });

  it('says that what was settled before has been pruned', async () => {
    bench.config = { id: 'registry', retentionDays: 1 };
    await missing([1]);
    await bench.advance(30 * hour);
    await bench.until(() => bench.select('select 1 from events').length === 0);
    await bench.accept(anEnvelope(2));
    const { prunedBefore, of } = await count();
    assert.ok(Date.parse(prunedBefore ?? '') > 29 * hour);
    assert.equal(of, 1);
  });
});
