import { strict as assert } from 'node:assert';
import { Portion } from '../../../src/engine/delivery/portion.ts';

describe('a portion', () => {
  it('begins with one, and doubles while there is as much as was asked for', () => {
    const portion = new Portion(64);
    const sizes = [portion.size];
    for (let asking = 0; asking < 8; asking += 1) {
      portion.learn(portion.size, portion.size);
      sizes.push(portion.size);
    }
    assert.deepEqual(sizes, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
  });

  it('is what there was when there was less', () => {
    const portion = new Portion(64);
    portion.learn(32, 32);
    portion.learn(5, 64);
    assert.equal(portion.size, 5);
    portion.learn(0, 5);
    assert.equal(portion.size, 1);
  });

  it('does not shrink when there was room for a part of it only', () => {
    const portion = new Portion(64);
    portion.learn(32, 32);
    portion.learn(2, 2);
    assert.equal(portion.size, 64);
  });
});
