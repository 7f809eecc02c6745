import { strict as assert } from 'node:assert';
import { BatchSize } from '../../../src/engine/delivery/batch-size.ts';

describe('a batchSize', () => {
  it('begins with one, and doubles while there is as much as was asked for', () => {
    const batchSize = new BatchSize(64);
    const sizes = [batchSize.size];
    for (let asking = 0; asking < 8; asking += 1) {
      batchSize.learn(batchSize.size, batchSize.size);
      sizes.push(batchSize.size);
    }
    assert.deepEqual(sizes, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
  });

  it('is what there was when there was less', () => {
    const batchSize = new BatchSize(64);
    batchSize.learn(32, 32);
    batchSize.learn(5, 64);
    assert.equal(batchSize.size, 5);
    batchSize.learn(0, 5);
    assert.equal(batchSize.size, 1);
  });

  it('does not shrink when there was room for a part of it only', () => {
    const batchSize = new BatchSize(64);
    batchSize.learn(32, 32);
    batchSize.learn(2, 2);
    assert.equal(batchSize.size, 64);
  });
});
