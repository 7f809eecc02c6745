import assert from 'node:assert/strict';
import { ExpressionFailed } from '../../src/engine/words/expression.ts';
import { expressions } from '../support/jsonata.ts';

const evaluate = (text: string, value: unknown = {}) => expressions.compile(text).evaluate(value);
const failed = (message: RegExp) => (error: unknown) =>
  error instanceof ExpressionFailed && message.test(error.message);

describe('an expression', () => {
  it('gives plain data, or undefined when it gives nothing', async () => {
    const event = { event: { object_id: 42 }, data: { tags: ['a'], msg: 'hello' } };
    assert.deepEqual(await evaluate('{"id": event.object_id, "tags": data.tags}', event), {
      id: 42,
      tags: ['a'],
    });
    assert.equal(await evaluate('data.missing', event), undefined);
    assert.equal(await evaluate('$sum([1, 2])', event), 3);
  });

  it('sees a value that is called msg as any other', async () => {
    assert.equal(await evaluate('msg & "!"', { msg: 'hello' }), 'hello!');
  });

  it('says where a text is no JSONata', () => {
    assert.throws(
      () => expressions.compile('(1'),
      failed(/^is no JSONata: Expected "\)" before end of expression \(position 2\)$/),
    );
  });

  it('says why it can not be evaluated', async () => {
    await assert.rejects(evaluate('$uppercase(1)'), failed(/^can not be evaluated: .*uppercase/));
    await assert.rejects(evaluate('$uppercase'), failed(/^gives a function/));
    await assert.rejects(evaluate('function($x) { $x }'), failed(/^gives a function/));
    await assert.rejects(evaluate('$flowContext("x")'), failed(/\$flowContext and \$globalContext/));
    await assert.rejects(evaluate('$globalContext("x")'), failed(/\$flowContext and \$globalContext/));
  });

  it('ends after a million steps, and holds up nobody until then', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    try {
      const endless = evaluate('($again := function($n) { $again($n + 1) }; $again(0))');
      await assert.rejects(endless, failed(/^did not end within 1,000,000 steps$/));
    } finally {
      clearInterval(turning);
    }
    assert.ok(turns > 5, `the event loop had ${turns} turns`);
  });

  it('ends where it calls itself too deep', async () => {
    await assert.rejects(
      evaluate('($deeper := function($n) { 1 + $deeper($n + 1) }; $deeper(0))'),
      failed(/^calls itself more than 1000 times deep$/),
    );
  });

  it('counts for each evaluation by itself', async () => {
    const sum = expressions.compile('$sum($map([1..n], function($v) { $v * 2 }))');
    const sums = await Promise.all(Array.from({ length: 8 }, () => sum.evaluate({ n: 50_000 })));
    assert.deepEqual(new Set(sums), new Set([2_500_050_000]));
  });
});
