import { strict as assert } from 'node:assert';
import { forwardOnly } from '../../../src/engine/words/time.ts';

describe('a time that never runs backwards', () => {
  let wall: number;
  let elapsed: number;
  /** Ms that pass while a clock is read, as when the process has to wait for its turn. */
  let delay: number;
  const read = (clock: () => number) => {
    const value = clock();
    wall += delay;
    elapsed += delay;
    return value;
  };
  const time = forwardOnly({
    now: () => read(() => wall),
    monotonic: () => read(() => elapsed),
    after: () => () => undefined,
  });

  beforeEach(() => {
    delay = 0;
  });

  it('goes with the clock, goes on where that is set back, and follows it where it is set ahead', () => {
    [wall, elapsed] = [1_000_000, 0];
    assert.equal(time.now(), 1_000_000);
    [wall, elapsed] = [1_000_000 - 3_600_000, 50];
    assert.equal(time.now(), 1_000_050);
    [wall, elapsed] = [2_000_000, 60];
    assert.equal(time.now(), 2_000_000);
  });

  it('is not ahead of the clock from then on where reading it has taken long', () => {
    [wall, elapsed] = [3_000_000, 0];
    delay = 500;
    time.now();
    delay = 0;
    assert.ok(time.now() <= wall, `${time.now() - wall} ms ahead`);
  });
});
