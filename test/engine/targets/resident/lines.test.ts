import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Garbage } from '../../../../src/engine/targets/resident/answer.ts';
import { Lines, maxLineBytes } from '../../../../src/engine/targets/resident/lines.ts';

const word = fc.stringMatching(/^[a-zé€😀]{1,12}$/u);

describe('lines of a resident script', () => {
  it('are the same however the stream was cut', () => {
    fc.assert(
      fc.property(fc.array(word), fc.integer({ min: 1, max: 9 }), (words, size) => {
        const bytes = Buffer.from(words.map((text) => `${text}\n`).join(''));
        const lines = new Lines();
        const found: string[] = [];
        for (let at = 0; at < bytes.length; at += size)
          found.push(...lines.of(bytes.subarray(at, at + size)));
        assert.deepEqual(found, words);
      }),
    );
  });

  it('may be empty, or end as on Windows', () => {
    assert.deepEqual([...new Lines().of(Buffer.from('\n\r\none\r\n\ntwo\nrest'))], ['one', 'two']);
  });

  it('are 1 MiB long at most, ended or not', () => {
    const longest = Buffer.alloc(maxLineBytes, 'x');
    const [line] = new Lines().of(Buffer.concat([longest, Buffer.from('\n')]));
    assert.equal(line?.length, maxLineBytes);
    assert.throws(() => [...new Lines().of(Buffer.concat([longest, Buffer.from('x\n')]))], Garbage);
    const lines = new Lines();
    assert.deepEqual([...lines.of(longest)], []);
    assert.throws(() => [...lines.of(Buffer.from('x'))], Garbage);
  });
});
