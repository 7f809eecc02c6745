import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { aHandler, anEnvelope, outage, refusal } from '../../support/made-call.ts';
import { type SharedEngine, SharedScene } from '../../support/shared-scene.ts';

describe('instances of one registry', () => {
  let schemas = 0;
  let scene: SharedScene;
  let one: SharedEngine;
  let other: SharedEngine;

  const begin = async (handler = aHandler('a')) => {
    schemas += 1;
    scene = new SharedScene(`instances_${schemas}`);
    one = await scene.join([handler]);
    other = await scene.join([handler]);
    await eventually('they know each other', () => scene.known().every((count) => count === 2));
  };
  afterEach(() => scene.end());

  const both = (what: string, is: (engine: SharedEngine) => Promise<boolean> | boolean) =>
    eventually(what, async () => (await is(one)) && (await is(other)));
  const override = async ({ engine }: SharedEngine) => (await engine.handlers())[0]?.override;
  const statuses = async (of = one) => {
    const { items } = await (await of.engine.log()).executions({}, { limit: 100 });
    return items.map(({ status, parkedFor }) => parkedFor ?? status);
  };
  const settled = (count: number) =>
    eventually(`${count} are told`, async () => (await statuses()).length === count);
  const states = () => Promise.all([one.circuit('a'), other.circuit('a')]);

  describe('switch', () => {
    it('a handler for all, and release it for all', async () => {
      await begin();
      await (await one.engine.operator()).switch('a', 'held', 'anna', 'maintenance', null);
      await both('it is held', async (engine) => (await override(engine))?.status === 'held');
      assert.deepEqual(await override(other), await override(one));
      await other.accept(anEnvelope(1));
      await eventually('it waits', async () => (await statuses())[0] === 'held');
      await (await other.engine.operator()).switch('a', 'enabled', 'ben', null, null);
      await eventually('it runs', async () => (await statuses())[0] === 'succeeded');
      assert.equal(await override(one), null);
    });

    it('the registry as a whole', async () => {
      await begin();
      await (await one.engine.operator()).hold({ by: 'anna', reason: null, until: null });
      await both('it is held', ({ engine }) => engine.hold?.by === 'anna');
      await other.accept(anEnvelope(1));
      await (await one.engine.operator()).release();
      await eventually('it runs', async () => (await statuses())[0] === 'succeeded');
    });
  });

  describe('share a circuit', () => {
    const failing = async (calls: number, first = 0) => {
      for (let n = first; n < first + calls; n += 1) {
        await (n % 2 ? one : other).accept(anEnvelope(n));
        await settled(n + 1);
      }
    };

    it('which opens by ten failures in a row, whoever has met them', async () => {
      await begin();
      scene.answer = () => outage;
      await failing(9);
      assert.deepEqual(await states(), ['closed', 'closed']);
      await failing(1, 9);
      await both('it is open', async (engine) => (await engine.circuit('a')) === 'open');
      await other.accept(anEnvelope(20));
      await one.accept(anEnvelope(21));
      await eventually(
        'both wait',
        async () => (await statuses()).filter((status) => status === 'circuit').length === 2,
      );
      assert.equal(scene.calls.length, 10);
    });

    it('in which an answer ends the row, whoever has got it', async () => {
      await begin();
      scene.answer = () => outage;
      await failing(8);
      scene.answer = () => refusal;
      await failing(1, 8);
      await sleep(300);
      scene.answer = () => outage;
      await failing(9, 9);
      assert.deepEqual(await states(), ['closed', 'closed']);
    });

    it('which is tried by one call at a time, and closes for all', async () => {
      await begin(aHandler('a', { retryDelays: Array(20).fill(1) }));
      scene.time.hurry(60);
      let working = false;
      // Longer than the pause between two tries.
      scene.answer = async () => {
        await sleep(scene.calls.length > 10 ? 700 : 0);
        return working ? {} : outage;
      };
      for (let n = 0; n < 10; n += 1) await (n % 2 ? one : other).accept(anEnvelope(n, 'clients.create'));
      await both('it is open', async (engine) => (await engine.circuit('a')) !== 'closed');
      const before = [...scene.calls];
      await eventually('calls of before are over', () => before.every((call) => scene.over.has(call)));
      scene.most.clear();
      const tried = scene.calls.length;
      await both('it shows that it is tried', async (engine) => (await engine.circuit('a')) === 'probing');
      await eventually('it was tried thrice', () => scene.calls.length >= tried + 3);
      assert.equal(scene.most.get('a'), 1);
      working = true;
      await both('it is closed', async (engine) => (await engine.circuit('a')) === 'closed');
      const [since, ...others] = [one, other].map(({ engine }) => engine.circuitOf('a').since);
      assert.ok(since);
      assert.deepEqual(others, [since]);
      await eventually('all is done', async () =>
        (await statuses()).every((status) => status === 'succeeded'),
      );
    });

    it('which an operator closes for all', async () => {
      await begin();
      scene.answer = () => ({ ok: false, code: 410, error: 'HTTP 410 Gone', gone: true });
      await one.accept(anEnvelope(1));
      await both('it is gone', async (engine) => (await engine.circuit('a')) === 'gone');
      scene.answer = () => ({});
      await other.accept(anEnvelope(2));
      await eventually('it waits', async () => (await statuses()).includes('circuit'));
      await (await other.engine.operator()).closeCircuit('a');
      await both('it is closed', async (engine) => (await engine.circuit('a')) === 'closed');
      await eventually('it has run', async () => (await statuses()).includes('succeeded'));
    });
  });

  describe('share a handler', () => {
    const slow = async () => {
      await sleep(20);
      return {};
    };
    const load = (events: number, engines = [one, other]) =>
      Promise.all(
        Array.from({ length: events }, (_, n) => engines[n % engines.length]?.accept(anEnvelope(n))),
      );
    const told = (count: number, engines = [one, other]) =>
      eventually('all are told', () => engines.flatMap(({ passes }) => passes).length === count);
    const callers = () => new Set(scene.calls.map(({ instance }) => instance));

    it('so that all of its slots are used, and no more', async () => {
      await begin(aHandler('a', { concurrency: 4 }));
      scene.answer = slow;
      await load(100);
      await told(100);
      assert.deepEqual([scene.most.get('a'), callers().size], [4, 2]);
    });

    it('one of them where it has one slot, and each message goes on where its event was taken', async () => {
      await begin(aHandler('a', { concurrency: 1 }));
      scene.answer = slow;
      await load(20);
      await told(20);
      assert.deepEqual([scene.most.get('a'), callers().size, scene.calls.length], [1, 1, 20]);
      assert.deepEqual([one.passes.length, other.passes.length], [10, 10]);
      assert.ok([...one.passes, ...other.passes].every(({ resumed }) => !resumed));
    });

    it('and its rate', async () => {
      await begin(aHandler('a', { ratePerSecond: 20 }));
      await load(30);
      const began = performance.now();
      await told(30);
      assert.ok(performance.now() - began > 1000, 'thirty calls take more than a second');
    });

    it('with who comes and who goes', async () => {
      await begin(aHandler('a', { concurrency: 3 }));
      const third = await scene.join([aHandler('a', { concurrency: 3 })]);
      scene.answer = slow;
      await eventually('they know each other', () => scene.known().every((count) => count === 3));
      await load(60, [one, other, third]);
      await told(60, [one, other, third]);
      assert.deepEqual([scene.most.get('a'), callers().size], [3, 3]);
      await third.engine.close();
      await one.engine.close();
      const living = () => other.engine.instances?.list().filter(({ dead }) => !dead) ?? [];
      await eventually('it has heard that it is alone', () => living().length === 1);
      scene.most.clear();
      other.passes.length = 0;
      await load(30, [other]);
      await told(30, [other]);
      assert.equal(scene.most.get('a'), 3);
    });
  });

  describe('of which one leaves', () => {
    const lease = 2000;
    const leaveDuringCall = async () => {
      schemas += 1;
      scene = new SharedScene(`instances_${schemas}`, lease);
      one = await scene.join([aHandler('a')]);
      other = await scene.join([aHandler('a')]);
      await eventually('they know each other', () => scene.known().every((count) => count === 2));
      const answered = Promise.withResolvers<Record<string, never>>();
      scene.answer = () => answered.promise;
      await one.accept(anEnvelope(1));
      await eventually('it is called', () => scene.calls.length === 1);
      scene.answer = () => ({});
      return answered;
    };

    it('go on at once, where its calls end in time', async () => {
      const { resolve } = await leaveDuringCall();
      const left = one.engine.close();
      resolve({});
      await left;
      await sleep(lease + 500);
      assert.deepEqual([scene.calls.length, await statuses(other)], [1, ['succeeded']]);
    });

    it('make a call again that outlasts that when the lease has ended, not beside it', async () => {
      const { resolve } = await leaveDuringCall();
      scene.time.hurry(100);
      await one.engine.close();
      const left = performance.now();
      await eventually('it is called again', () => scene.calls.length === 2);
      // The last beat was a fifth of the lease before that at most.
      assert.ok(performance.now() - left > lease / 2, `after ${performance.now() - left} ms`);
      const [first, again] = scene.calls;
      assert.deepEqual([again?.instance, again?.webhookId], [other, first?.webhookId]);
      resolve({});
      await eventually('it is done', async () => (await statuses(other))[0] === 'succeeded');
    });
  });

  describe('whose clocks differ', () => {
    const hour = 3_600_000;

    it('keep one time, which is that of the database', async () => {
      schemas += 1;
      scene = new SharedScene(`instances_${schemas}`);
      const handlers = [aHandler('a', { retryDelays: [0.3] })];
      one = await scene.join(handlers, {}, hour);
      other = await scene.join(handlers, {}, -hour);
      await eventually('they know each other', () => scene.known().every((count) => count === 2));
      const began = Date.now();
      scene.answer = ({ attempt }) => (attempt === 1 ? refusal : {});
      for (let n = 0; n < 6; n += 1) await (n % 2 ? one : other).accept(anEnvelope(n));
      await both('all have been tried again', async ({ engine }) => {
        const { items } = await (await engine.log()).executions({ text: 'clients' }, { limit: 10 });
        return items.length === 6 && items.every(({ status }) => status === 'succeeded');
      });
      const { items } = await (await one.engine.log()).executions({}, { limit: 10 });
      for (const { startedAt } of items) {
        const late = Date.parse(startedAt ?? '') - began;
        assert.ok(late > -1000 && late < 30_000, `${late} ms`);
      }
    });
  });

  describe('know of what others do', () => {
    it('and tell who shows it, once', async () => {
      await begin();
      const told: string[] = [];
      other.engine.news.observeElsewhere(({ id, status }) => told.push(`${id} ${status}`));
      const event = await one.accept(anEnvelope(1));
      await eventually('it is told', () => told.length > 0);
      const { executions } = await (await one.engine.log()).event(event);
      await sleep(500);
      assert.deepEqual(told, [`${executions[0]?.id} succeeded`]);
      assert.deepEqual(other.rows, []);
    });

    const failing = async (events: number) => {
      await begin(aHandler('a', { retryDelays: [] }));
      scene.answer = () => refusal;
      for (let n = 0; n < events; n += 1) await one.accept(anEnvelope(n));
      await settled(events);
      scene.answer = () => ({});
    };

    it('and let the next replay begin when the slow one before it is stopped elsewhere', async () => {
      await failing(3);
      const operator = await one.engine.operator();
      await operator.replayAll({ status: ['failed'] }, { dryRun: false, ratePerSecond: 0.001 });
      await eventually('one has gone', () => scene.calls.length === 4);
      await operator.replayAll({ status: ['failed'] }, { dryRun: false, ratePerSecond: 0 });
      await (await other.engine.operator()).cancelReplay(1);
      await eventually('the others go', () => scene.calls.length === 6);
    });

    it('and go on with a replay that one had begun who is gone', async () => {
      const events = 12;
      await failing(events);
      const operator = await one.engine.operator();
      await operator.replayAll({ status: ['failed'] }, { dryRun: false, ratePerSecond: 20 });
      await eventually('it has begun', () => scene.calls.length > events);
      await one.engine.close();
      one = other;
      await eventually('all have run again', () => scene.calls.length >= 2 * events);
      await sleep(300);
      assert.equal(scene.calls.length, 2 * events);
    });
  });
});
