import { strict as assert } from 'node:assert';
import { aHandler, anEnvelope, EngineBench, refusal } from '../../support/engine-bench.ts';

describe('a replay of all that matches', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const failed = { status: ['failed' as const] };
  const replays = async () => (await bench.engine.log()).replays();
  const newest = async () => (await replays())[0];
  /** So many events whose only handler has failed, and answers well from now on. */
  const failing = async (count: number, handlers = [aHandler('a')]) => {
    await bench.start(handlers);
    bench.behaviours.set('a', () => refusal);
    await bench.accept(...Array.from({ length: count }, (_, object) => anEnvelope(object)));
    bench.behaviours.set('a', () => ({}));
    bench.calls.length = 0;
  };
  const done = () => bench.until(async () => (await newest())?.status === 'done');

  it('is counted without a write', async () => {
    await failing(5);
    const changes = () =>
      bench.select(
        'select count(*) as n, max(seq) as last from executions union all select 0, count(*) from bulk_replays',
      );
    const rows = changes();
    const dry = await (await bench.engine.operator()).replayAll(failed, { dryRun: true, ratePerSecond: 0 });
    const byStatus = { failed: 5, skipped: 0, cancelled: 0, succeeded: 0 };
    assert.deepEqual(dry, { matched: 5, replaying: 0, byStatus, upTo: bench.rows.at(-1)?.id });
    assert.deepEqual([changes(), bench.calls.length], [rows, 0]);
  });

  it('acts on what was asked about, not on what has failed since, after a crash too', async () => {
    await failing(2);
    const operator = await bench.engine.operator();
    const { upTo } = await operator.replayAll(failed, { dryRun: true, ratePerSecond: 0 });
    assert.ok(upTo);
    bench.behaviours.set('a', () => refusal);
    await bench.accept(anEnvelope(3));
    bench.behaviours.set('a', () => ({}));
    bench.calls.length = 0;
    const { matched } = await operator.replayAll(failed, { dryRun: false, ratePerSecond: 0.1, upTo });
    assert.equal(matched, 2);
    await bench.until(() => bench.calls.length === 1);
    await bench.restart();
    await bench.advance(10_000);
    await bench.until(() => bench.calls.length === 2);
    await bench.advance(10_000);
    await done();
    assert.deepEqual(bench.called, ['a:1', 'a:2']);
    await assert.rejects(
      (await bench.engine.operator()).replayAll(failed, { dryRun: true, ratePerSecond: 0, upTo: 'ev-1' }),
      /upTo: is not the id of an execution/,
    );
  });

  it('counts by status what may run again', async () => {
    await bench.start([aHandler('a', { onFailure: 'stop' }), aHandler('b', { priority: 20 })]);
    bench.behaviours.set('a', () => refusal);
    await bench.accept(anEnvelope(1), anEnvelope(2));
    bench.behaviours.set('a', () => ({}));
    await bench.accept(anEnvelope(3));
    const operator = await bench.engine.operator();
    const { byStatus } = await operator.replayAll({}, { dryRun: true, ratePerSecond: 0 });
    assert.deepEqual(byStatus, { failed: 2, skipped: 2, cancelled: 0, succeeded: 2 });
  });

  it('shows who asked, what for, and how far it has come', async () => {
    await failing(3);
    await (await bench.engine.operator()).replayAll(failed, { dryRun: false, ratePerSecond: 1, by: 'anna' });
    await bench.until(() => bench.calls.length === 1);
    const { startedAt, endedAt, ...row } = (await newest()) ?? assert.fail();
    assert.deepEqual(row, {
      id: 1,
      kind: 'executions',
      filter: failed,
      status: 'running',
      matched: 3,
      looked: 1,
      replayed: 1,
      ratePerSecond: 1,
      by: 'anna',
    });
    const log = await bench.engine.log();
    const made = bench.rows.find(({ replayOf }) => replayOf !== null);
    assert.equal((await log.execution(String(made?.id))).by, 'anna');
    assert.ok(Date.parse(startedAt) > 0);
    assert.equal(endedAt, null);
    for (let more = 0; more < 3; more += 1) {
      await bench.advance(1000);
      await bench.until(async () => ((await newest())?.replayed ?? 0) >= Math.min(3, more + 2));
    }
    await done();
    assert.deepEqual(bench.called, ['a:1', 'a:2', 'a:3']);
  });

  it('goes on after a crash where it was, and replays nothing twice', async () => {
    await failing(6);
    await (await bench.engine.operator()).replayAll(failed, { dryRun: false, ratePerSecond: 1 });
    await bench.until(() => bench.calls.length === 1);
    await bench.advance(1000);
    await bench.until(() => bench.calls.length === 2);
    await bench.restart();
    for (let call = 3; call <= 6; call += 1) {
      await bench.until(() => bench.calls.length === call);
      await bench.advance(1000);
    }
    await done();
    assert.deepEqual(bench.called, ['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'a:6']);
    assert.equal((await newest())?.replayed, 6);
  });

  it('stops when it is cancelled; what it has let go goes on', async () => {
    await failing(4);
    await (await bench.engine.operator()).replayAll(failed, { dryRun: false, ratePerSecond: 1 });
    await bench.until(() => bench.calls.length === 1);
    await (await bench.engine.operator()).cancelReplay(1);
    for (let second = 0; second < 5; second += 1) {
      await bench.advance(1000);
      await bench.until(async () => (await newest())?.status === 'cancelled');
    }
    assert.deepEqual([bench.called, (await newest())?.replayed], [['a:1'], 1]);
    await assert.rejects((await bench.engine.operator()).cancelReplay(1), /replay 1 is over already/);
    await assert.rejects((await bench.engine.operator()).cancelReplay(7), /no replay 7/);
  });

  it('makes way for the next one as soon as it is cancelled, however slow it was', async () => {
    await failing(3);
    const operator = await bench.engine.operator();
    await operator.replayAll(failed, { dryRun: false, ratePerSecond: 0.001 });
    await operator.replayAll(failed, { dryRun: false, ratePerSecond: 0 });
    await bench.until(() => bench.calls.length === 1);
    await operator.cancelReplay(1);
    await bench.until(() => bench.calls.length === 3);
    await done();
    assert.deepEqual(bench.called, ['a:1', 'a:2', 'a:3']);
  });

  it('leaves alone what fails again, and what came after it was asked for', async () => {
    await failing(3);
    bench.behaviours.set('a', () => refusal);
    const all = await (await bench.engine.operator()).replayAll(failed, { dryRun: false, ratePerSecond: 0 });
    await done();
    assert.deepEqual([all, bench.calls.length], [{ matched: 3, replaying: 3 }, 3]);
  });

  it('leaves out what waits, what was replayed, whose handler is disabled, and what a handler before it stops', async () => {
    const handlers = [
      aHandler('a', { onFailure: 'stop' }),
      aHandler('b', { priority: 20 }),
      aHandler('c', { priority: 30 }),
    ];
    await failing(2, handlers);
    const skipped = { status: ['skipped' as const] };
    const dry = async (filter: object) =>
      (await (await bench.engine.operator()).replayAll(filter, { dryRun: true, ratePerSecond: 0 })).matched;
    assert.equal(await dry(skipped), 0);
    assert.equal(await dry({}), 6);
    assert.equal(await dry({ handler: 'b' }), 0);
    await (await bench.engine.operator()).switch('c', 'disabled', null, null);
    assert.equal(await dry({}), 4);
    await (await bench.engine.operator()).switch('c', 'held', null, null);
    assert.equal(await dry({}), 6);
  });

  it('takes many, a part with each write', async () => {
    await failing(300);
    await (await bench.engine.operator()).replayAll(failed, { dryRun: false, ratePerSecond: 0 });
    await done();
    await bench.until(() => bench.calls.length === 300);
    assert.deepEqual(
      bench.called.filter((_, index) => index < 300),
      Array.from({ length: 300 }, (_, index) => `a:${index + 1}`),
    );
  });
});
