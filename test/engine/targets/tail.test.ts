import assert from 'node:assert/strict';
import { Redaction } from '../../../src/engine/targets/redaction/redaction.ts';
import { Tail } from '../../../src/engine/targets/tail.ts';

const kept = 4096;
const secret = 'SECRETvalue123';

function tailOf(...chunks: string[]): string {
  const tail = new Tail();
  for (const chunk of chunks) tail.push(Buffer.from(chunk));
  return tail.text(new Redaction([secret]));
}

describe('the tail of a byte stream', () => {
  it('is all of a short one, without the blanks around it', () => {
    assert.equal(tailOf('out ', 'of luck\n'), 'out of luck');
    assert.equal(tailOf(), '');
    assert.equal(tailOf('value123'), 'value123');
  });

  it('is the last 4 KiB of a long one, from a character’s boundary on', () => {
    assert.equal(tailOf('x'.repeat(kept), 'y'.repeat(kept)), 'y'.repeat(kept));
    assert.equal(tailOf(`é${'y'.repeat(kept - 1)}`), 'y'.repeat(kept - 1));
  });

  it('shows no secret, and no rest of one that was cut', () => {
    assert.equal(tailOf(`the key ${secret} is wrong`), 'the key *** is wrong');
    for (let rest = 4; rest <= secret.length; rest++) {
      const after = 'y'.repeat(kept - rest);
      assert.equal(tailOf(`the key is ${secret}${after}`), `***${after}`);
      assert.equal(tailOf('the key is ', secret, after), `***${after}`);
    }
  });
});
