import assert from 'node:assert/strict';
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { answerText, bodyCapture } from '../../../../src/engine/targets/http/answer-text.ts';
import type { ResponseHeaders } from '../../../../src/engine/targets/http/head.ts';
import { nothingSecret, Redaction } from '../../../../src/engine/targets/redaction/redaction.ts';

const textOf = async (
  headers: ResponseHeaders,
  bytes: Uint8Array,
  redaction = nothingSecret,
): Promise<string> => {
  const body = bodyCapture(headers);
  for (let at = 0; at < bytes.length; at += 16_000) body.push(Buffer.from(bytes.subarray(at, at + 16_000)));
  return answerText(headers, body, redaction);
};
const typed = (charset: string): ResponseHeaders => ({ 'content-type': `text/plain; charset=${charset}` });
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const coders = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  GZIP: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;

describe('the text of an answer', () => {
  for (const [charset, bytes, text] of [
    ['windows-1251', 'cf f0 e8 e2 e5 f2', 'Привет'],
    ['"windows-1251"', 'cf f0 e8 e2 e5 f2', 'Привет'],
    ["'windows-1251'", 'cf f0 e8 e2 e5 f2', 'Привет'],
    ['WINDOWS-1251; boundary=x', 'cf f0 e8 e2 e5 f2', 'Привет'],
    ['cp1251', 'cf f0 e8 e2 e5 f2', 'Привет'],
    ['koi8-r', 'f0 d2 c9 d7 c5 d4', 'Привет'],
    ['iso-8859-1', '5a 6f eb', 'Zoë'],
    ['iso-8859-2', 'a3 f3 64 bc', 'Łódź'],
    ['shift_jis', '93 fa 96 7b', '日本'],
    ['gb18030', 'd6 d0 b9 fa', '中国'],
    ['euc-kr', 'c7 d1 b1 b9', '한국'],
    ['utf-16le', '5a 00 6f 00 eb 00', 'Zoë'],
    ['utf-8', '5a 6f c3 ab', 'Zoë'],
    ['utf8', 'ef bb bf 5a 6f c3 ab', 'Zoë'],
    ['us-ascii', '5a 6f 65', 'Zoe'],
    ['no-such-charset', '5a 6f c3 ab', 'Zoë'],
  ] as const)
    it(`is read in its charset: ${charset}`, async () => {
      assert.equal(await textOf(typed(charset), hex(bytes)), text);
    });

  it('is UTF-8 where no charset is told, or the one that its byte order mark tells', async () => {
    assert.equal(await textOf({}, hex('5a 6f c3 ab')), 'Zoë');
    assert.equal(await textOf({ 'content-type': 'application/json' }, hex('ef bb bf 7b 7d')), '{}');
    assert.equal(await textOf({}, hex('ff fe 5a 00 6f 00 eb 00')), 'Zoë');
    assert.equal(await textOf({}, hex('fe ff 00 5a 00 6f 00 eb')), 'Zoë');
    assert.equal(await textOf(typed('windows-1251'), hex('ef bb bf 5a 6f c3 ab')), 'Zoë');
  });

  for (const [coding, code] of Object.entries(coders))
    it(`is taken out of its content coding: ${coding}`, async () => {
      assert.equal(
        await textOf({ 'content-encoding': coding }, code(Buffer.from('Zoë says yes'))),
        'Zoë says yes',
      );
      const cyrillic = hex('cf f0 e8 e2 e5 f2');
      assert.equal(
        await textOf({ ...typed('windows-1251'), 'content-encoding': coding }, code(cyrillic)),
        'Привет',
      );
    });

  it('is taken out of a deflate without the zlib format, and out of several codings, the last one first', async () => {
    const text = Buffer.from('says yes');
    assert.equal(await textOf({ 'content-encoding': 'deflate' }, deflateRawSync(text)), 'says yes');
    const twice = brotliCompressSync(gzipSync(text));
    assert.equal(await textOf({ 'content-encoding': 'gzip, br' }, twice), 'says yes');
    assert.equal(await textOf({ 'content-encoding': ['gzip', 'identity', 'br'] }, twice), 'says yes');
    assert.equal(await textOf({ 'transfer-encoding': 'gzip, chunked' }, gzipSync(text)), 'says yes');
  });

  for (const [coding, code] of Object.entries(coders))
    it(`is kept as far as it came out of a coding that broke off: ${coding}`, async () => {
      const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line * 7919}`).join('\n');
      const whole = code(Buffer.from(lines));
      const text = await textOf({ 'content-encoding': coding }, whole.subarray(0, whole.length - 20));
      assert.ok(text.length > 0 && lines.startsWith(text), `${text.length} characters`);
      const broken = Buffer.concat([whole.subarray(0, whole.length - 20), Buffer.alloc(20, 0xff)]);
      assert.ok((await textOf({ 'content-encoding': coding }, broken)).startsWith('line 0'));
    });

  it('is what came where it is not coded as it says, or nobody knows how', async () => {
    for (const coding of ['gzip', 'deflate', 'br', 'zstd', 'compress', 'aes128gcm', 'gzip, '.repeat(5)])
      assert.equal(
        await textOf({ 'content-encoding': coding }, Buffer.from('plain all the same')),
        'plain all the same',
      );
    assert.equal(await textOf({ 'content-encoding': 'gzip' }, Buffer.alloc(0)), '');
  });

  for (const [coding, code] of Object.entries(coders))
    it(`is the first 64 KiB of a bomb, which is not unpacked further: ${coding}`, async () => {
      const bomb = code(Buffer.alloc(64 * 1024 * 1024, 'x'));
      const before = process.memoryUsage().arrayBuffers;
      const text = await textOf({ 'content-encoding': coding }, bomb);
      assert.equal(text, 'x'.repeat(65_536));
      assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
    });

  it('is the first 64 KiB of bombs within bombs', async () => {
    const inner = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'x'));
    const text = await textOf({ 'content-encoding': 'gzip, gzip, gzip' }, gzipSync(gzipSync(inner)));
    assert.equal(text, 'x'.repeat(65_536));
  });

  it('takes no more memory than browsers grant to a window of zstd', async () => {
    const params = { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_enableLongDistanceMatching]: 1 };
    const greedy = zstdCompressSync(Buffer.alloc(1024), { params });
    const declared = Buffer.concat([
      greedy.subarray(0, 4),
      Buffer.from([0x00, (27 - 10) << 3]),
      Buffer.alloc(8),
    ]);
    assert.equal((await textOf({ 'content-encoding': 'zstd' }, declared)).length > 0, true);
  });

  it('has 64 KiB as UTF-8, cut between characters', async () => {
    const cyrillic = Buffer.alloc(100_000, 0xcf);
    assert.equal(await textOf(typed('windows-1251'), cyrillic), 'П'.repeat(32_768));
    const japanese = Buffer.concat([Buffer.from('x'), ...Array<Buffer>(60_000).fill(hex('93 fa'))]);
    assert.equal(await textOf(typed('shift_jis'), japanese), `x${'日'.repeat(21_845)}`);
    const latin = Buffer.from('x'.repeat(200_000), 'utf16le');
    assert.equal(await textOf(typed('utf-16le'), latin), 'x'.repeat(65_536));
  });

  it('holds no secret, whichever way it was coded, nor the beginning of one at the cut', async () => {
    const redaction = new Redaction(['Секретный', 'the-secret-of-the-answer']);
    const secret = hex('d1 e5 ea f0 e5 f2 ed fb e9');
    assert.equal(await textOf(typed('windows-1251'), secret, redaction), '***');
    const packed = gzipSync(Buffer.from('no the-secret-of-the-answer'));
    assert.equal(await textOf({ 'content-encoding': 'gzip' }, packed, redaction), 'no ***');
    // It is taken out in pieces of 16 KiB, and proves to be wrong at its end.
    const wrong = gzipSync(`t-of-the-answer${'.'.repeat(16_384 - 24)}the-secre`.repeat(4));
    wrong.fill(0, wrong.length - 8);
    assert.match(await textOf({ 'content-encoding': 'gzip' }, wrong, redaction), /^t-of.*\.\*\*\*$/);
    const cut = gzipSync(Buffer.from(`${'x'.repeat(65_520)}the-secret-of-the-answer`));
    assert.equal(await textOf({ 'content-encoding': 'gzip' }, cut, redaction), `${'x'.repeat(65_520)}***`);
  });
});
