import assert from 'node:assert/strict';
import { afterFailure, isFinal, type Schedule } from '../../../src/engine/rules/retry.ts';
import { failure } from '../../../src/engine/words/outcome.ts';

const schedule = (changes: Partial<Schedule> = {}): Schedule => ({
  retryDelays: [5, 300],
  retryOn: 'transient',
  ...changes,
});
const refused = failure('HTTP 404', { code: 404, final: true });
const away = failure('no answer', { outage: true });

describe('a failed attempt', () => {
  it('is followed by another as the schedule says, spread by a fifth', () => {
    const delays = [0, 0.5, 1].map((random) => afterFailure(schedule(), 0, away, random));
    assert.deepEqual(
      delays,
      [4000, 5000, 6000].map((delayMs) => ({ retry: true, delayMs })),
    );
    assert.deepEqual(afterFailure(schedule(), 1, away, 0.5), { retry: true, delayMs: 300_000 });
    assert.deepEqual(afterFailure(schedule(), 2, away, 0.5), { retry: false });
    assert.deepEqual(afterFailure(schedule({ retryDelays: [] }), 0, away, 0.5), { retry: false });
  });

  it('is followed no sooner than the receiver asks, up to a day', () => {
    const asked = (retryAfterMs: number) => afterFailure(schedule(), 0, { ...away, retryAfterMs }, 0.5);
    assert.deepEqual(asked(60_000), { retry: true, delayMs: 60_000 });
    assert.deepEqual(asked(1000), { retry: true, delayMs: 5000 });
    assert.deepEqual(asked(1e9), { retry: true, delayMs: 86_400_000 });
  });

  it('is the last one where no call can be made of the event, whatever is retried', () => {
    const uncalled = failure('not called', { uncalled: true });
    for (const retryOn of ['transient', 'any'] as const)
      assert.deepEqual(afterFailure(schedule({ retryOn }), 0, uncalled, 0.5), { retry: false });
  });

  it('is the last one where the answer will not change, unless every failure is retried', () => {
    assert.deepEqual(afterFailure(schedule(), 0, refused, 0.5), { retry: false });
    assert.deepEqual(afterFailure(schedule({ retryOn: 'any' }), 0, refused, 0.5), {
      retry: true,
      delayMs: 5000,
    });
    assert.deepEqual(
      (['transient', 'any'] as const).flatMap((retryOn) =>
        [refused, away].map((outcome) => isFinal({ retryOn }, outcome)),
      ),
      [true, false, false, false],
    );
  });

  it('of a script or a flow may always pass', () => {
    assert.equal(failure('the script ended with exit code 3', { code: 3 }).final, false);
    assert.equal(failure('the flow says that it failed').final, false);
  });
});
