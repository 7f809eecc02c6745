import assert from 'node:assert/strict';
import { closedWhenIdle } from '../../../src/engine/targets/in-flight.ts';
import { success } from '../../../src/engine/words/outcome.ts';
import { callOf } from '../../support/call.ts';

describe('a target that is closed when it is idle', () => {
  const seen: string[] = [];
  let answers: (() => void)[] = [];
  const target = {
    description: 'the target',
    call: () => new Promise<void>((resolve) => answers.push(resolve)).then(() => success({})),
    close: async () => {
      seen.push('closed');
    },
  };
  beforeEach(() => {
    seen.length = 0;
    answers = [];
  });

  it('is closed when the last call has ended, and once', async () => {
    const closing = closedWhenIdle(target);
    const calls = [closing.call(callOf()), closing.call(callOf())];
    const closed = closing.close();
    answers[0]?.();
    await new Promise(setImmediate);
    seen.push('one ended');
    answers[1]?.();
    await Promise.all([...calls, closed, closing.close()]);
    assert.deepEqual(seen, ['one ended', 'closed']);
    assert.equal(closing.description, 'the target');
  });

  it('is waited for no longer than the limit, and not closed before its call has ended', async () => {
    const closing = closedWhenIdle(target, 20);
    const call = closing.call(callOf());
    await closing.close();
    assert.deepEqual(seen, []);
    answers[0]?.();
    await call;
    await new Promise(setImmediate);
    assert.deepEqual(seen, ['closed']);
  });

  it('counts a call that is broken as ended', async () => {
    const broken = { ...target, call: () => Promise.reject(new Error('broken')) };
    const closing = closedWhenIdle(broken);
    await assert.rejects(closing.call(callOf()), /broken/);
    await closing.close();
    assert.deepEqual(seen, ['closed']);
  });
});
