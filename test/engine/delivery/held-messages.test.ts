import assert from 'node:assert/strict';
import { HeldMessages } from '../../../src/engine/delivery/held-messages.ts';

describe('the messages that executors hold', () => {
  it('are 100,000 at most', () => {
    const held = new HeldMessages();
    for (let message = 0; message < 100_000; message += 1) assert.equal(held.take(1), true);
    assert.equal(held.take(1), false);
    held.give(1);
    assert.equal(held.take(1), true);
  });

  it('are 64 MiB at most', () => {
    const held = new HeldMessages();
    const half = 32 * 1024 * 1024;
    assert.deepEqual([held.take(half), held.take(half), held.take(1)], [true, true, false]);
    held.give(half);
    assert.deepEqual([held.take(half + 1), held.take(half)], [false, true]);
  });

  it('holds fewer of events that can be made anew from the journal', () => {
    const held = new HeldMessages();
    for (let message = 0; message < HeldMessages.accepted; message += 1) assert.ok(held.take(1, true));
    assert.equal(held.take(1, true), false);
    assert.equal(held.take(1), true);
  });
});
