import assert from 'node:assert/strict';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { TransientMap, TransientSet } from '../../../src/engine/words/transient-map.ts';

describe('TransientMap', () => {
  it('is what a Map is, whatever comes and goes', () => {
    const key = fc.integer({ min: 0, max: 200 });
    const step = fc.oneof(
      { weight: 400, arbitrary: fc.tuple(fc.constant('set' as const), key) },
      { weight: 300, arbitrary: fc.tuple(fc.constant('delete' as const), key) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('clear' as const), key) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1000, size: 'max' }), (steps) => {
        const [map, usual] = [new TransientMap<number, number>(), new Map<number, number>()];
        for (const [at, [what, one]] of steps.entries()) {
          if (what === 'set') for (const each of [map, usual]) each.set(one, at);
          else if (what === 'delete') assert.equal(map.delete(one), usual.delete(one));
          else for (const each of [map, usual]) each.clear();
          assert.equal(map.size, usual.size);
          assert.equal(map.get(one), usual.get(one));
          assert.equal(map.has(one), usual.has(one));
        }
        assert.deepEqual([...map], [...usual]);
        assert.deepEqual([...map.keys()], [...usual.keys()]);
        assert.deepEqual([...map.values()], [...usual.values()]);
      }),
      { numRuns: 50 },
    );
  });

  it('lets what is gone be collected with what is young, as a Map that has grown old does not', () => {
    const [ours, usual] = [oldSpaceTaken(new TransientMap()), oldSpaceTaken(new Map())];
    assert.ok(ours < usual / 4, `${ours} bytes against ${usual}`);
  });
});

describe('TransientSet', () => {
  it('keeps values in the order in which they came', () => {
    const set = new TransientSet<number>();
    for (let value = 0; value < 500; value += 1) {
      set.add(value);
      if (value >= 3) assert.equal(set.delete(value - 3), true);
    }
    set.add(498);
    assert.deepEqual([...set], [497, 498, 499]);
    assert.equal(set.size, 3);
    assert.equal(set.has(496), false);
    assert.equal(set.has(497), true);
  });
});

/** Bytes of the space of old objects that entries take which have come and gone. */
function oldSpaceTaken(map: Pick<TransientMap<number, unknown>, 'set' | 'delete'>): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  const oldSpace = () =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0;
  // What lives through these is old.
  collect();
  collect();
  const before = oldSpace();
  for (let entry = 0; entry < 20_000; entry += 1) {
    map.set(entry, new Array(100).fill(entry));
    map.delete(entry - 2);
    if (entry % 2000 === 0) collect({ type: 'minor' });
  }
  return oldSpace() - before;
}
