import assert from 'node:assert/strict';
import { InFlight } from '../../../src/engine/targets/in-flight.ts';

describe('calls in flight', () => {
  it('are waited for until the last one has ended', async () => {
    const inFlight = new InFlight();
    const seen: string[] = [];
    inFlight.begin();
    inFlight.begin();
    const settled = inFlight.settled().then(() => seen.push('settled'));
    inFlight.end();
    await new Promise(setImmediate);
    seen.push('one ended');
    inFlight.end();
    await settled;
    assert.deepEqual(seen, ['one ended', 'settled']);
    await inFlight.settled();
  });

  it('are waited for no longer than the limit', async () => {
    const inFlight = new InFlight();
    let idle = false;
    inFlight.begin();
    void inFlight.idle().then(() => {
      idle = true;
    });
    await inFlight.settled(20);
    assert.equal(idle, false);
    inFlight.end();
    await new Promise(setImmediate);
    assert.equal(idle, true);
  });
});
