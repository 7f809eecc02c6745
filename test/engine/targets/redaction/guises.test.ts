import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Redaction } from '../../../../src/engine/targets/redaction/redaction.ts';

type Encode = (text: string) => string;

const each =
  (encode: Encode): Encode =>
  (text) =>
    [...text].map(encode).join('');
const json: Encode = (text) => JSON.stringify(text).slice(1, -1);
const inUnits = (digits: (code: string) => string) => (text: string) =>
  text
    .split('')
    .map((unit) => `\\u${digits(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`)
    .join('');
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const entity: Encode = (text) => entities[text] ?? text;
const percent: Encode = (text) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** What receivers and scripts do to a text that they send back. */
const encodings: Readonly<Record<string, Encode>> = {
  'as it is': (text) => text,
  JSON: json,
  'JSON of PHP': (text) => json(text).replaceAll('/', '\\/'),
  'JSON in ASCII': each((text) => (/[ -~]/.test(text) ? json(text) : inUnits(String)(text))),
  'JSON in lower-case escapes': inUnits((code) => code.toLowerCase()),
  'JSON in upper-case escapes': inUnits((code) => code.toUpperCase()),
  'JSON in JSON': (text) => json(json(text)),
  'JSON in JSON in JSON': (text) => json(json(json(text))),
  'a URL': encodeURIComponent,
  'a URL in lower case': (text) =>
    encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()),
  'a URL in a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
  'a URL, all of it': each(percent),
  'a form': (text) => new URLSearchParams([['', text]]).toString().slice(1),
  HTML: each(entity),
  'HTML in HTML': each((text) => [...entity(text)].map(entity).join('')),
  'JSON in a URL': (text) => encodeURIComponent(json(text)),
  'JSON in HTML': (text) => each(entity)(json(text)),
  'a URL in JSON in a URL': (text) => encodeURIComponent(json(encodeURIComponent(text))),
  'the words of a shell': each((text) => (/[\w\n]|[^ -~]/.test(text) ? text : `\\${text}`)),
  'HTML by decimal number': each((text) => `&#${text.codePointAt(0)};`),
  'HTML by hexadecimal number': each((text) => `&#x0${text.codePointAt(0)?.toString(16).toUpperCase()};`),
};

const shortened = new Set(['\\', '%', '&', '"', '/', '+', ' ']);
const character = fc.oneof(
  fc.constantFrom(...shortened, '\n', '<', "'", 'u', 'n', '2', '5', 'é', '€', '😀'),
  fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme-ascii' }),
);
const secrets = fc
  .array(character, { minLength: 4, maxLength: 24 })
  .map((characters) => characters.join(''))
  .filter((text) => !text.includes('*') && text.isWellFormed());

describe('a secret in another guise', () => {
  for (const [name, encode] of Object.entries(encodings))
    it(`is found: ${name}`, () => {
      fc.assert(
        fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
          const hidden = encode(secret);
          const shown = new Redaction([secret]).text(`${before} ${hidden} ${after}`);
          assert.ok(!shown.includes(hidden), `${hidden} shows in ${shown}`);
        }),
        { numRuns: 300 },
      );
    });

  it('is found with each character in a guise of its own', () => {
    const guises = Object.entries(encodings).filter(([name]) => !name.startsWith('JSON in JSON'));
    const mixed = fc.array(fc.tuple(character, fc.constantFrom(...guises)), { minLength: 4, maxLength: 24 });
    fc.assert(
      fc.property(mixed, (characters) => {
        // A run of backslashes in two guises can be read in more than one way.
        const parts = characters.filter(([text]) => !/[\\*]/.test(text));
        const secret = parts.map(([text]) => text).join('');
        if (secret.length < 4) return;
        const hidden = parts.map(([text, [, encode]]) => encode(text)).join('');
        assert.ok(!new Redaction([secret]).text(`"${hidden}"`).includes(hidden), hidden);
      }),
    );
  });

  it('is taken away from the end of a text that was cut off in the middle of it', () => {
    const redaction = new Redaction(['pa/ss"word&more']);
    for (const cut of [
      'pa\\/ss',
      'pa\\/ss\\"wo',
      'pa%2Fss%2',
      'pa&#47;ss&quo',
      'pa\\u002fss\\u00',
      'pa\\/ss\\',
    ])
      assert.equal(redaction.cutText(`{"token":"${cut}`), '{"token":"***', cut);
    assert.equal(redaction.cutText('{"token":"pa\\/'), '{"token":"pa\\/');
  });

  it('takes no time that could be noticed in a long text, whatever stands in it', () => {
    const redaction = new Redaction(['\\\\"\\\\"%25%2525&amp;&amp;', 'a'.repeat(2000), '%%%%%%%%%%%%']);
    for (const text of ['\\', '%', '%25', '&amp;', 'a', '\\"', '&'])
      assertFast(() => redaction.text(`%${text.repeat(65_536 / text.length)}`), text);
  });
});

/** With a guard that only a search without bounds would pass. */
function assertFast(work: () => unknown, what: string): void {
  const begun = performance.now();
  work();
  const ms = performance.now() - begun;
  assert.ok(ms < 5000, `${what}: ${ms} ms`);
}
