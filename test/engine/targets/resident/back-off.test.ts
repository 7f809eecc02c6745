import assert from 'node:assert/strict';
import { BackOff } from '../../../../src/engine/targets/resident/back-off.ts';

describe('back-off of a resident script', () => {
  it('is 1 s, doubled with each death, and 60 s at most', () => {
    const backOff = new BackOff();
    const waits = Array.from({ length: 9 }, () => {
      backOff.died(5000);
      return backOff.until - 5000;
    });
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('begins anew after a success', () => {
    const backOff = new BackOff();
    assert.equal(backOff.until, 0);
    backOff.died(0);
    backOff.died(0);
    backOff.succeeded();
    backOff.died(100);
    assert.equal(backOff.until, 1100);
  });
});
