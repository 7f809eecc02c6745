import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Secrecy } from '../../../../src/engine/targets/redaction/secrecy.ts';
import { Secret } from '../../../../src/engine/targets/redaction/secret.ts';
import { hiddenByTrying } from '../../../support/redaction-by-trying.ts';

type Cut = Parameters<Secret['hideIn']>[1];

function search(secret: string, text: string, cut: Cut = null): { shown: string; steps: number } {
  const secrecy = new Secrecy(text);
  new Secret(secret).hideIn(secrecy, cut);
  return { shown: secrecy.replaced('***'), steps: secrecy.steps };
}

/** What secrets and texts are hard by: what repeats itself, and what can be read in more than one way. */
const piece = fc.constantFrom(
  ...['a', 'b', '4', '1', '%', '%41', '%25', '2', '5', '\\', '\\\\', '"', '\\"', 'u', 'u0041', 'x41', 'n'],
  ...['&', 'amp;', '&#97;', '#', ';', '+', ' ', '\n', 'é', '%C3%A9', '😀', '\\ud83d', '\\ude00', '*'],
);
const pieces = (most: number) =>
  fc.array(piece, { minLength: 1, maxLength: most }).map((all) => all.join(''));

describe('the search for a secret', () => {
  it('hides what trying each way at each place would hide, and nothing else', () => {
    fc.assert(
      fc.property(pieces(4), pieces(4), fc.boolean(), pieces(3), (before, secret, isThere, after) => {
        fc.pre(secret.length >= 4);
        const text = before + (isThere ? secret : '') + after;
        assert.equal(search(secret, text).shown, hiddenByTrying(secret, text));
      }),
      { numRuns: 3000 },
    );
  });

  it('hides where secrets overlap in themselves', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '%61'), maxLength: 30 }),
        (secret, text) => assert.equal(search(secret, text).shown, hiddenByTrying(secret, text)),
      ),
    );
  });

  const hard: Readonly<Record<string, { secret: string; text: string }>> = {
    'ten pairs of a backslash and an x': { secret: '\\x'.repeat(10), text: '\\x' },
    'ten pairs of which the text has nine': { secret: '\\x'.repeat(10), text: `${'\\x'.repeat(9)}-` },
    'a thousand equal letters': { secret: 'a'.repeat(1000), text: 'a' },
    'a thousand equal letters of which the text has one less': {
      secret: 'a'.repeat(1000),
      text: `%${'a'.repeat(999)}`,
    },
    'a secret that differs at its end': { secret: `${'a'.repeat(999)}b`, text: 'a' },
    'a secret that differs at its beginning': { secret: `b${'a'.repeat(999)}`, text: 'a' },
    'a secret that differs in its middle': { secret: `${'a'.repeat(500)}b${'a'.repeat(499)}`, text: 'a' },
    'letters, each escaped': { secret: 'a'.repeat(100), text: '%61' },
    backslashes: { secret: '\\'.repeat(50), text: '\\' },
    'backslashes before a letter': { secret: '\\\n'.repeat(25), text: '\\\\\\n' },
    'percent signs, escaped again and again': { secret: '%'.repeat(50), text: '%25' },
    'percent signs': { secret: '%%%%%%%%2', text: '%' },
    'ampersands, escaped again and again': { secret: '&amp;'.repeat(10), text: '&amp;' },
    'ampersands without an end': { secret: '&'.repeat(10), text: '&#' },
    'halves of characters': { secret: '😀'.repeat(20), text: '\\ud83d' },
    'a secret longer than most': { secret: 'ab'.repeat(4000), text: 'ab' },
  };

  for (const [name, { secret, text }] of Object.entries(hard))
    for (const cut of [null, 'beginning', 'end'] as const)
      it(`takes twice the work for twice the text: ${name}${cut ? `, cut off at its ${cut}` : ''}`, () => {
        const steps = (length: number) =>
          search(secret, text.repeat(Math.ceil(length / text.length)), cut).steps;
        assert.ok(steps(16_384) <= 2.5 * steps(8192) + 1000, `${steps(8192)}, then ${steps(16_384)}`);
        // For each place of the text and 32 characters of the secret, however they are arranged.
        assert.ok(steps(16_384) <= 400 * 16_384 * Math.ceil(secret.length / 32), `${steps(16_384)}`);
      });

  it('takes twice the work for twice the text, whatever stands in it', () => {
    fc.assert(
      fc.property(pieces(6), pieces(4), (secret, text) => {
        const many = 2048;
        const once = search(secret, text.repeat(many), 'end').steps;
        const twice = search(secret, text.repeat(2 * many), 'end').steps;
        assert.ok(twice <= 2.5 * once + 1000, `${once}, then ${twice}`);
      }),
      { numRuns: 50 },
    );
  });
});
