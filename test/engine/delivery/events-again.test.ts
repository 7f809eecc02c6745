import { strict as assert } from 'node:assert';
import { aHandler, anEnvelope, EngineBench } from '../../support/engine-bench.ts';

const nobody = aHandler('a', { events: ['importd.*'] });

/** The call is held until it is answered. */
const held = () => undefined;

describe('events that nobody took or listened to', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
    bench.config = { id: 'registry', claimSeconds: 5 };
  });
  afterEach(() => bench.end());

  const operator = () => bench.engine.operator();
  const eventOf = async (id: string) => (await bench.engine.log()).event(id);
  const statuses = async (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await eventOf(id)).status));
  const dry = async (filter: object, upTo?: string) =>
    (await operator()).replayEvents(filter, { dryRun: true, ratePerSecond: 0, upTo });
  const replayAll = async (filter: object, ratePerSecond = 0) =>
    (await operator()).replayEvents(filter, { dryRun: false, ratePerSecond, by: 'anna' });
  const newest = async () => (await (await bench.engine.log()).replays())[0];
  const done = () => bench.until(async () => (await newest())?.status === 'done');
  /** Events of these objects that were taken while nobody listened. */
  const unhandled = async (...objects: number[]) => {
    await bench.start([nobody]);
    return bench.accept(...objects.map((object) => anEnvelope(object)));
  };
  const dropping = (event: Parameters<EngineBench['flow']>[0]) => {
    if (!event.payload.includes('"drop"')) void bench.take(event);
  };

  describe('replayed one by one', () => {
    it('goes through the flow to who listens by now, under the same id', async () => {
      const [id = ''] = await unhandled(1);
      await bench.deploy([aHandler('a')]);
      assert.deepEqual(await (await operator()).replayEvent(id), []);
      await bench.settle();
      assert.deepEqual(
        bench.calls.map(({ eventId, webhookId }) => [eventId, webhookId]),
        [[id, `${id}_a`]],
      );
      assert.deepEqual(
        bench.emissions.map((event) => event.id),
        [id, id],
      );
      const { status, executions } = await eventOf(id);
      assert.deepEqual([status, executions.length, executions[0]?.replayOf], ['succeeded', 1, null]);
    });

    it('is unhandled again where still nobody listens, and each message is answered', async () => {
      const [id = ''] = await unhandled(1);
      await (await operator()).replayEvent(id);
      await bench.settle();
      assert.deepEqual(await statuses([id]), ['unhandled']);
      assert.deepEqual(
        bench.passes.map(({ eventId, executions }) => [eventId, executions.length]),
        [
          [id, 0],
          [id, 0],
        ],
      );
    });

    it('stands at the end of the queue of its object', async () => {
      const [old = ''] = await unhandled(1);
      await bench.deploy([aHandler('a')]);
      bench.behaviours.set('a', held);
      const [running = '', behind = ''] = await bench.accept(anEnvelope(1), anEnvelope(1));
      await (await operator()).replayEvent(old);
      await bench.settle();
      for (let call = 0; call < 3; call += 1) await bench.answerAll();
      assert.deepEqual(
        bench.calls.map(({ eventId }) => eventId),
        [running, behind, old],
      );
    });

    it('survives kill -9 before it is taken', async () => {
      const [id = ''] = await unhandled(1);
      await bench.deploy([aHandler('a')]);
      bench.flow = () => undefined;
      await (await operator()).replayEvent(id);
      await bench.settle();
      bench.flow = (event) => void bench.take(event);
      await bench.restart();
      assert.deepEqual(
        bench.calls.map(({ eventId }) => eventId),
        [id],
      );
    });

    it('is refused where no event node can emit it, and stays as it is', async () => {
      const [accepted = ''] = await unhandled(1);
      const fired = await bench.engine.fire(anEnvelope(2));
      await assert.rejects((await operator()).replayEvent(fired), /came past the event nodes/);
      bench.config = { id: 'registry' };
      await bench.crash();
      bench.onStarting = () => bench.engine.attachEmitter('event-node', () => undefined)();
      await bench.start([aHandler('a')]);
      await assert.rejects(
        (await operator()).replayEvent(accepted),
        /the event node that accepted it \(event-node\) is not deployed any more/,
      );
      assert.deepEqual(await statuses([accepted, fired]), ['unhandled', 'unhandled']);
    });
  });

  describe('replayed all that match', () => {
    it('are counted by status without a write, and only they', async () => {
      bench.flow = dropping;
      await bench.start([nobody, aHandler('b', { events: ['clients.create'] })]);
      const ids = await bench.accept(
        anEnvelope(1),
        anEnvelope(2, 'clients.create'),
        anEnvelope(3, 'clients.update', { drop: 1 }),
      );
      await bench.engine.fire(anEnvelope(4));
      await bench.advance(5000);
      const changes = () =>
        bench.select(
          'select stage, turn, touched_at from events union all select 0, count(*), 0 from bulk_replays',
        );
      const before = changes();
      const { upTo, ...counted } = await dry({});
      const byStatus = { unclaimed: 1, unhandled: 1 };
      assert.deepEqual(counted, { matched: 2, replaying: 0, byStatus, leftOut: 1 });
      assert.equal((await dry({ status: ['unclaimed'] })).matched, 1);
      assert.equal((await dry({ status: ['succeeded'] })).matched, 0);
      assert.equal((await dry({ objectId: '3' })).matched, 1);
      assert.equal((await dry({ eventType: 'clients.create' })).matched, 0);
      assert.equal((await dry({ ids: ids.slice(0, 2) })).matched, 1);
      assert.deepEqual(changes(), before);
      assert.ok(upTo);
    });

    it('keep their order per object, and go once each', async () => {
      const ids = await unhandled(1, 2, 1, 1, 2);
      await bench.deploy([aHandler('a', { concurrency: 1 })]);
      assert.deepEqual(await replayAll({}), { matched: 5, replaying: 5 });
      await done();
      await bench.until(() => bench.calls.length === 5);
      for (const object of ['1', '2']) {
        const called = bench.calls.filter(({ objectId }) => objectId === object);
        assert.deepEqual(
          called.map(({ eventId }) => eventId),
          ids.filter((_, index) => [1, 2, 1, 1, 2][index] === Number(object)),
        );
      }
      const { kind, replayed, looked, by } = (await newest()) ?? assert.fail();
      assert.deepEqual([kind, replayed, looked, by], ['events', 5, 5, 'anna']);
      assert.equal((await dry({})).matched, 0);
    });

    it('go once, though still nobody listens, and those that came since are left alone', async () => {
      const ids = await unhandled(1, 2);
      const { upTo } = await dry({});
      await bench.accept(anEnvelope(3));
      const options = { dryRun: false, ratePerSecond: 0, upTo: upTo ?? '' };
      assert.equal((await (await operator()).replayEvents({}, options)).matched, 2);
      await done();
      await bench.until(() => bench.emissions.length === 5);
      assert.deepEqual(
        bench.emissions.slice(3).map(({ id }) => id),
        ids,
      );
      await assert.rejects(dry({}, 'ex-1'), /upTo: is not the id of an event here/);
    });

    it('go at their rate, go on after kill -9 where they were, and stop when they are stopped', async () => {
      await unhandled(1, 2, 3, 4);
      await bench.deploy([aHandler('a')]);
      await replayAll({}, 1);
      await bench.until(() => bench.calls.length === 1);
      await bench.restart([aHandler('a')]);
      await bench.until(() => bench.calls.length === 2);
      await bench.advance(1000);
      await bench.until(() => bench.calls.length === 3);
      assert.deepEqual(bench.called, ['a:1', 'a:2', 'a:3']);
      await (await operator()).cancelReplay(1);
      await bench.advance(5000);
      assert.equal((await newest())?.status, 'cancelled');
      assert.equal(bench.calls.length, 3);
      assert.equal((await dry({})).matched, 1);
    });
  });
});
