import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { curlOf, type SentRequest } from '../../src/engine/words/curl.ts';
import { Formats } from '../../src/tab/text/formats.ts';
import { targetParts } from '../../src/tab/text/target.ts';
import { indented, oneLine, visible } from '../../src/tab/text/visible.ts';

describe('text in the tab', () => {
  it('shows what could hide or reorder other text as escapes', () => {
    assert.equal(visible('a\u202egpj.exe\u0000\u200b'), 'a\\u202egpj.exe\\u0000\\u200b');
  });

  it('keeps line breaks, tabs and every script', () => {
    const text = 'שלום\tمرحبا\n日本 🎉';
    assert.equal(visible(text), text);
  });

  it('mends broken UTF-16', () => {
    assert.equal(visible('a\ud800b'), 'a\ufffdb');
  });

  it('is cut to one line without breaking a character', () => {
    assert.equal(oneLine('one\n  two\tthree'), 'one two three');
    assert.equal(oneLine('x'.repeat(65_536)).length, 201);
    assert.equal(oneLine(`${'x'.repeat(199)}🎉🎉`), `${'x'.repeat(199)}…`);
    assert.equal(oneLine(`${'x'.repeat(198)}🎉🎉`), `${'x'.repeat(198)}🎉…`);
  });

  it('is indented when it is JSON, and left alone when it only looks like it', () => {
    assert.equal(indented('{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}');
    assert.equal(indented('{"a":'), '{"a":');
    assert.equal(indented('ok'), 'ok');
  });
});

describe('formats', () => {
  const formats = new Formats('en-US', 'UTC');
  const now = Date.parse('2026-01-31T12:00:00Z');

  it('tells how long ago, and how soon', () => {
    assert.equal(formats.relative('2026-01-31T11:59:58Z', now), 'now');
    assert.equal(formats.relative('2026-01-31T11:58:00Z', now), '2 min. ago');
    assert.equal(formats.relative('2026-01-31T14:00:00Z', now), 'in 2 hr.');
  });

  it('tells when something was, as short as is clear', () => {
    const brief = (at: string) => formats.brief(at, now).replaceAll('\u202f', ' ');
    assert.equal(brief('2026-01-31T09:58:07Z'), '9:58:07 AM');
    assert.equal(brief('2026-01-30T23:59:59Z'), 'Jan 30, 11:59 PM');
    assert.equal(brief('2025-01-31T09:58:07Z'), 'Jan 31, 2025');
  });

  it('tells durations in the unit that suits them', () => {
    assert.deepEqual(
      [null, 0, 23, 1234, 90_000, 5_400_000, 172_800_000].map((ms) => formats.duration(ms)),
      ['–', '0 ms', '23 ms', '1.2 sec', '2 min', '1.5 hr', '2 days'],
    );
    assert.deepEqual(
      [999.4, 999.6, 59_940, 59_960, 3_560_000, 3_580_000, 86_000_000, 86_399_999].map((ms) =>
        formats.duration(ms),
      ),
      ['999 ms', '1 sec', '59.9 sec', '1 min', '59 min', '1 hr', '23.9 hr', '1 day'],
    );
  });

  it('never tells a full success that was none', () => {
    assert.equal(formats.percent(0.99999), '99.9%');
    assert.equal(formats.percent(1), '100%');
  });

  it('speaks other languages', () => {
    assert.equal(new Formats('de', 'UTC').relative('2026-01-31T11:58:00Z', now), 'vor 2 Min.');
  });

  for (const [told, language] of [
    ['en-US@posix', 'en-US'],
    ['de_DE.UTF-8@euro', 'de'],
    ['C', 'en-US'],
    ['', 'en-US'],
    ['*', 'en-US'],
    ['no language', 'en-US'],
  ] as const) {
    it(`speaks ${language} where the browser says “${told}”`, () => {
      const formats = new Formats(told, 'UTC');
      const known = new Formats(language, 'UTC');
      const said = (formats: Formats) => [
        formats.relative('2026-01-31T11:58:00Z', now),
        formats.absolute('2026-01-31T11:58:00Z'),
        formats.clock(now),
        formats.duration(1234),
        formats.count(1234.5),
        formats.percent(0.5),
      ];
      assert.deepEqual(said(formats), said(known));
    });
  }
});

describe('a target', () => {
  for (const [target, telling, place] of [
    ['POST https://crm.example:8443/api/v2/clients?tenant=a', '/api/v2/clients?tenant=a', 'crm.example:8443'],
    ['POST http://crm.example?tenant=a', '?tenant=a', 'crm.example'],
    ['POST https://crm.example/', 'crm.example/', ''],
    ['POST https://crm.example', 'crm.example', ''],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference, as flows have it
    ['POST ${CRM_URL}/clients', '${CRM_URL}/clients', ''],
    ['POST ', '', ''],
    ['POST /crm/clients', '/crm/clients', ''],
    ['PUT /crm/{objectId}?of={eventType}', 'PUT /crm/{objectId}?of={eventType}', ''],
    ['ledger.sh', 'ledger.sh', ''],
    ['/data/provisioning/scripts/ledger.sh', 'ledger.sh', '/data/provisioning/scripts/'],
    ['C:\\scripts\\ledger.cmd', 'ledger.cmd', 'C:\\scripts\\'],
    ['', '', ''],
  ] as const) {
    it(`tells itself from others first: “${target}”`, () => {
      assert.deepEqual(targetParts(target), { telling, place });
    });
  }
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: all but the line's end
const terminalObeys = /[\u0000-\u0009\u000b-\u001f\u007f]/;

describe('a request copied as curl', () => {
  const request = {
    target: 'POST https://crm.example/hooks?a=1&b=2',
    headers: { 'content-type': 'application/json', host: 'crm.example', 'x-note': "it's; $(id)" },
    body: '{"name":"O\'Brien","note":"$HOME `id` \\\\"}',
  };

  /** What a shell makes of it: the words, each with its end, and what is piped. */
  const readBy = (...sent: readonly SentRequest[]) => {
    const lines = sent.map(curlOf).join('\n');
    const program = `curl() { printf '%s\\0' "$@"; case "$*" in *@-) cat;; esac; }\n${lines}`;
    return execFileSync('sh', ['-c', program], { encoding: 'utf8' });
  };
  const wordsOf = (sent: SentRequest) => readBy(sent).split('\0').slice(0, -1);

  it('keeps brackets and braces of the address, which curl takes for patterns', () => {
    const words = wordsOf({ target: 'POST https://crm.example/?ids[]=1&of={a,b}', headers: {}, body: '{}' });
    assert.ok(words.includes('--globoff'));
    assert.ok(words.includes('https://crm.example/?ids[]=1&of={a,b}'));
  });

  it('keeps a header without a value, which curl takes for one to leave out', () => {
    const words = wordsOf({ ...request, headers: { 'x-empty': '' } });
    assert.ok(words.includes('x-empty;'));
  });

  it('keeps a host that is not the address', () => {
    const words = wordsOf({ ...request, headers: { host: 'tenant.example' } });
    assert.ok(words.includes('host: tenant.example'));
  });

  it('is read by a shell as what was sent, whatever the values, and holds nothing that a terminal obeys', () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          ...'\'"\\$`!#%;&|<>()*?~{}[] \t\r\n\0\u0003\u001b\u007f',
          '$(',
          '%s',
          '\\n',
          "'\\''",
          'é',
          '🎉',
        ),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
    });
    const ofHeader = hostile.map((text) => text.replaceAll(/[\0\n\r]/g, '').trim());
    const requestOf = ([body, value, query]: readonly [string, string, string]) => ({
      target: `PUT https://crm.example/?${query}`,
      headers: { 'x-note': value },
      body,
    });
    const wordsFor = ([body, value, query]: readonly [string, string, string]) => {
      const head = `${/[[\]{}]/.test(query) ? '--globoff\0' : ''}-X\0PUT\0https://crm.example/?${query}\0-H\0${value ? `x-note: ${value}` : 'x-note;'}\0`;
      return head + (terminalObeys.test(body) ? `--data-binary\0@-\0${body}` : `--data-raw\0${body}\0`);
    };
    // One shell reads many: each takes longer to start than to read them all.
    const many = fc.array(fc.tuple(hostile, ofHeader, ofHeader), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(many, (parts) => {
        const sent = parts.map(requestOf);
        for (const one of sent) assert.doesNotMatch(curlOf(one), terminalObeys);
        assert.equal(readBy(...sent), parts.map(wordsFor).join(''));
      }),
      { numRuns: 20, examples: [[[['-\u0003', '--\u0003', '']]]] },
    );
  });

  it('is read by a shell as what was sent', () => {
    assert.deepEqual(wordsOf(request), [
      '-X',
      'POST',
      'https://crm.example/hooks?a=1&b=2',
      '-H',
      'content-type: application/json',
      '-H',
      "x-note: it's; $(id)",
      '--data-raw',
      request.body,
    ]);
  });
});
