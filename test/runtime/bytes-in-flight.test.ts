import assert from 'node:assert/strict';
import { Unavailable } from '../../src/engine/words/errors.ts';
import { BytesInFlight } from '../../src/runtime/http/bytes-in-flight.ts';

describe('bytes in flight', () => {
  /** Bodies of 100 bytes at most, in a place for 250. */
  function place(most = 250) {
    const inFlight = new BytesInFlight(most);
    const givenUp: string[] = [];
    const body = (name: string, expected = 100) =>
      inFlight.body(expected, (problem) => {
        assert.ok(problem instanceof Unavailable);
        givenUp.push(name);
      });
    return { inFlight, givenUp, body };
  }

  it('are given back as they came, in whatever pieces', () => {
    const { inFlight, body } = place();
    const one = body('one');
    for (const piece of ['a', 'bc', '', 'def']) one.add(Buffer.from(piece));
    assert.equal(one.size, 6);
    assert.equal(one.whole().toString(), 'abcdef');
    one.end();
    one.end();
    assert.equal(inFlight.held, 0);
  });

  it('count what a body takes, however small its pieces', () => {
    const { inFlight, body } = place(2000);
    const one = body('one', 1000);
    for (let piece = 0; piece < 600; piece += 1) {
      one.add(Buffer.from('x'));
      assert.ok(inFlight.held >= one.size && inFlight.held <= Math.min(1000, 2 * one.size));
    }
  });

  it('give up the body that has been coming longest when there is no room', () => {
    const { inFlight, givenUp, body } = place();
    const slow = [body('first'), body('second')];
    for (const one of slow) one.add(Buffer.alloc(99));
    const quick = body('quick');
    quick.add(Buffer.alloc(60));
    assert.deepEqual(givenUp, ['first']);
    assert.equal(quick.whole().length, 60);
    slow[0]?.add(Buffer.alloc(99));
    assert.equal(inFlight.held, 200, 'no more of it is taken');
  });

  it('leave alone what has come whole', () => {
    const { givenUp, body } = place();
    const whole = body('whole');
    whole.add(Buffer.alloc(100));
    whole.whole();
    body('coming').add(Buffer.alloc(100));
    body('next').add(Buffer.alloc(100));
    assert.deepEqual(givenUp, ['coming']);
    assert.equal(whole.whole().length, 100);
  });

  it('refuse the body itself when nobody else is coming', () => {
    const { inFlight, givenUp, body } = place();
    for (const name of ['a', 'b']) {
      const whole = body(name);
      whole.add(Buffer.alloc(100));
      whole.whole();
    }
    const last = body('last');
    last.add(Buffer.alloc(60));
    assert.deepEqual(givenUp, ['last']);
    assert.equal(inFlight.held, 200);
    last.end();
    assert.equal(inFlight.held, 200);
  });
});
