import assert from 'node:assert/strict';
import { afterAttempt, type Circuit, closedCircuit } from '../../../src/engine/rules/circuit.ts';
import { failure, outage } from '../../../src/engine/words/outcome.ts';

const uncalled = failure('not called', { uncalled: true });

describe('the circuit of a handler that was not called, as no call can be made of the event', () => {
  const failing = afterAttempt(closedCircuit, outage('no answer'), 1);

  it('counts on where it was: nobody has shown to be there', () => {
    assert.equal(failing.failures, 1);
    assert.deepEqual(afterAttempt(failing, uncalled, 2), failing);
  });

  it('is open as before after a probe, with the failure that opened it', () => {
    const open: Circuit = { state: 'open', since: 1, error: 'no answer', failures: 10 };
    assert.deepEqual(afterAttempt({ ...open, state: 'probing' }, uncalled, 2, true), open);
    assert.deepEqual(afterAttempt({ ...open, state: 'probing' }, uncalled, 2), { ...open, state: 'probing' });
    assert.deepEqual(afterAttempt({ ...open, state: 'gone' }, uncalled, 2), { ...open, state: 'gone' });
  });
});
