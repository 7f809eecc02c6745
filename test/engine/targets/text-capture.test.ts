import assert from 'node:assert/strict';
import { deserialize, serialize } from 'node:v8';
import { Redaction } from '../../../src/engine/targets/redaction/redaction.ts';
import { keptBytes, TextCapture, textOf } from '../../../src/engine/targets/text-capture.ts';

const nothingSecret = new Redaction([]);

function captured(...chunks: (string | Buffer)[]): TextCapture {
  const capture = new TextCapture();
  for (const chunk of chunks) capture.push(Buffer.from(chunk as string));
  return capture;
}

describe('text capture', () => {
  it('puts together a character that came in two chunks', () => {
    const [first, second] = [Buffer.from('ë').subarray(0, 1), Buffer.from('ë').subarray(1)];
    assert.equal(textOf(captured('Zo', first, second), nothingSecret), 'Zoë');
  });

  it('replaces what is not UTF-8, and U+0000, which not every store keeps', () => {
    assert.equal(textOf(captured(Buffer.from([0x63, 0xe9, 0x21, 0x00])), nothingSecret), 'c\ufffd!\ufffd');
  });

  it('keeps 64 KiB of text, though what replaces a byte is longer than it', () => {
    for (const byte of [0xff, 0x00])
      for (const length of [keptBytes / 2, keptBytes, 2 * keptBytes]) {
        const text = textOf(captured('x', Buffer.alloc(length - 1, byte)), nothingSecret);
        assert.equal(text, `x${'\ufffd'.repeat((keptBytes - 1) / 3)}`);
      }
    const key = new Redaction(['the-secret-key']);
    const cutWithin = textOf(captured(Buffer.alloc(keptBytes / 3 - 2, 0xff), 'the-secret-key'), key);
    assert.doesNotMatch(cutWithin, /the-s/);
  });

  it('keeps 64 KiB and cuts between characters', () => {
    const capture = captured(`x${'é'.repeat(keptBytes)}`);
    const text = textOf(capture, nothingSecret);
    assert.equal(Buffer.byteLength(text), keptBytes - 1);
    assert.ok(!text.includes('\ufffd'));
    assert.ok(capture.full);
    assert.equal(capture.received, 2 * keptBytes + 1);
  });

  it('keeps exactly 64 KiB whole', () => {
    const text = 'é'.repeat(keptBytes / 2);
    assert.equal(textOf(captured(text), nothingSecret), text);
  });

  it('is the same in another process', () => {
    for (const chunk of ['', 'Zoë', Buffer.from([0x63, 0xe9, 0x21]), `x${'é'.repeat(keptBytes)}`]) {
      const capture = captured(chunk);
      const there = deserialize(serialize(capture.captured));
      assert.equal(textOf(there, nothingSecret), textOf(capture, nothingSecret));
      assert.equal(there.received, capture.received);
    }
  });

  it('shows no half of a secret at the cut', () => {
    const secret = 'a-very-long-secret';
    const capture = captured('x'.repeat(keptBytes - 10) + secret);
    const text = textOf(capture, new Redaction([secret]));
    assert.ok(text.endsWith('x***'));
  });
});
