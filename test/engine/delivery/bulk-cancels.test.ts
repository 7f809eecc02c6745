import { strict as assert } from 'node:assert';
import { aHandler, anEnvelope, EngineBench, refusal } from '../../support/engine-bench.ts';

describe('cancelling all that waits and matches', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
  });
  afterEach(() => bench.end());

  const operator = () => bench.engine.operator();
  const parked = async () => (await (await bench.engine.log()).counts()).parked;
  /** The first event of an object waits for a retry, the others behind it. */
  const waiting = async (count: number) => {
    await bench.start([aHandler('a', { retryDelays: [600] })]);
    bench.behaviours.set('a', () => refusal);
    for (let event = 0; event < count; event += 1) await bench.accept(anEnvelope(7));
    await bench.until(async () => (await parked()) === count);
    bench.behaviours.set('a', () => ({}));
    bench.calls.length = 0;
  };

  it('calls none of those that waited behind another one', async () => {
    await waiting(5);
    const { matched } = await (await operator()).countParked({ handler: 'a' });
    assert.equal(matched, 5);
    const part = await (await operator()).cancelParked({ handler: 'a' }, { by: 'anna' });
    assert.deepEqual(part, { cancelled: 5, nextCursor: null });
    await bench.advance(700_000);
    await bench.settle();
    assert.deepEqual([await parked(), bench.calls.length], [0, 0]);
    const { items } = await (await bench.engine.log()).executions({ status: ['cancelled'] }, { limit: 10 });
    assert.equal(items.length, 5);
    assert.ok(items.every(({ error }) => error?.startsWith('cancelled by anna')));
    // To ask again does no harm.
    assert.equal((await (await operator()).cancelParked({ handler: 'a' }, { by: null })).cancelled, 0);
  });

  it('leaves alone what came after it was asked about, and what does not match', async () => {
    await waiting(2);
    const { matched, upTo } = await (await operator()).countParked({ objectId: '7' });
    assert.ok(upTo);
    await bench.accept(anEnvelope(7));
    await bench.until(async () => (await parked()) === 3);
    const { cancelled } = await (await operator()).cancelParked({ objectId: '8' }, { by: null, upTo });
    assert.equal(cancelled, 0);
    const part = await (await operator()).cancelParked({ objectId: '7' }, { by: null, upTo });
    assert.deepEqual([matched, part.cancelled], [2, 2]);
    await bench.until(() => bench.calls.length === 1);
    await bench.settle();
    assert.equal(await parked(), 0);
    await assert.rejects((await operator()).countParked({}, 'ev-1'), /upTo: is not the id of an execution/);
  });
});
