import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Redaction } from '../../../../src/engine/targets/redaction/redaction.ts';

describe('redaction', () => {
  it('replaces every occurrence of every secret', () => {
    const redaction = new Redaction(['s3cret', 'token-1']);
    assert.equal(redaction.text('s3cret token-1 s3cret.'), '*** *** ***.');
  });

  it('replaces the longer of two secrets where one is part of the other', () => {
    assert.equal(new Redaction(['pass', 'password']).text('password pass'), '*** ***');
  });

  it('finds a secret that was escaped for JSON or for a URL', () => {
    const secret = 'pa"ss\nw&rd';
    const redaction = new Redaction([secret]);
    assert.equal(redaction.text(JSON.stringify({ secret })), '{"secret":"***"}');
    assert.equal(redaction.text(`?q=${encodeURIComponent(secret)}`), '?q=***');
  });

  it('finds a secret without the blanks that it begins or ends with', () => {
    const redaction = new Redaction([' s3cret\n', 'tok ']);
    assert.equal(redaction.text('s3cret, "s3cret" and s3cret\n'), '***, "***" and***');
    assert.equal(redaction.text('tok tok'), '***tok');
  });

  it('leaves secrets of fewer than 4 characters, which are in half of all texts', () => {
    assert.equal(new Redaction(['', 'abc']).text('abcdef'), 'abcdef');
  });

  it('takes the rest of a secret away from the end of a text that was cut off', () => {
    const redaction = new Redaction(['0123456789']);
    assert.equal(redaction.cutText('body 0123456789 01234'), 'body *** ***');
    assert.equal(redaction.text('body 01234'), 'body 01234');
  });

  it('takes the rest of a secret away from the beginning of a text that was cut off', () => {
    const redaction = new Redaction(['0123456789', 'tail-of-it']);
    assert.equal(redaction.tailText('56789 body 0123456789'), '*** body ***');
    assert.equal(redaction.tailText('0123456789 body'), '*** body');
    assert.equal(redaction.tailText('789 body'), '789 body');
    assert.equal(redaction.text('56789 body'), '56789 body');
  });

  it('leaves no secret in any text', () => {
    const secret = fc.string({ minLength: 4, maxLength: 12 }).filter((text) => !text.includes('*'));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        assert.ok(!new Redaction([hidden]).text(before + hidden + after).includes(hidden));
      }),
    );
  });
});
