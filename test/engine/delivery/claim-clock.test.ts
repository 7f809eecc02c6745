import assert from 'node:assert/strict';
import { ClaimClock } from '../../../src/engine/delivery/claim-clock.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

describe('the claim clock', () => {
  it('stands until somebody could claim an event', async () => {
    const time = new VirtualTime();
    const clock = new ClaimClock(time);
    await time.advance(5000);
    assert.deepEqual([clock.running, clock.now()], [false, 0]);
  });

  it('counts only the time in which it runs', async () => {
    const time = new VirtualTime();
    const clock = new ClaimClock(time);
    clock.run(true);
    await time.advance(300);
    clock.run(false);
    await time.advance(5000);
    clock.run(true);
    await time.advance(40);
    assert.deepEqual([clock.running, clock.now()], [true, 340]);
  });

  it('goes on as it did when it is told the same again', async () => {
    const time = new VirtualTime();
    const clock = new ClaimClock(time);
    clock.run(true);
    await time.advance(100);
    clock.run(true);
    await time.advance(100);
    clock.run(false);
    clock.run(false);
    assert.equal(clock.now(), 200);
  });

  it('does not follow a wall clock that jumps', async () => {
    const time = new VirtualTime();
    const clock = new ClaimClock(time);
    clock.run(true);
    time.set(0);
    await time.advance(10);
    assert.equal(clock.now(), 10);
  });
});
