import type { HostileInput } from './border.ts';

type Body = HostileInput<string | Uint8Array, readonly number[]>;

const dt = '2026-01-31T12:00:00+00:00';
/** Of the object whose events must all be refused. */
const head = `"event":{"dt":"${dt}","events_id":"clients.create","object_id":"canary"}`;
const good = `{${head},"data":{}}`;
const odd = good.replace('canary', 'odd');
const withEvent = (event: string) => `{"event":${event},"data":{}}`;
const withData = (data: string) => `{${head},"data":${data}}`;
const withDate = (value: string) =>
  withEvent(`{"dt":${value},"events_id":"clients.create","object_id":"canary"}`);
const withType = (type: string) => withEvent(`{"dt":"${dt}","events_id":${type},"object_id":"canary"}`);
const withObject = (id: string) => withEvent(`{"dt":"${dt}","events_id":"clients.create","object_id":${id}}`);
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))));
const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);

const json = [
  '',
  ' ',
  '\0',
  'null',
  'true',
  '0',
  '1e400',
  '-0',
  '"text"',
  '[]',
  '{}',
  '[[]]',
  '[{}]',
  '[null]',
];
const noJson = [
  '{',
  '}',
  '[',
  '"',
  "{'event':1}",
  '{"event"',
  'undefined',
  'NaN',
  'event=1',
  '<xml/>',
  '// x\n{}',
];
const wrong = ['null', '0', 'true', '"x"', '[1]', '[[]]'];

const refused: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ...[...json, ...noJson].map((text) => [JSON.stringify(text), text] as const),
  ...wrong.map((value) => [`event is ${value}`, withEvent(value)] as const),
  ...wrong.map((value) => [`data is ${value}`, withData(value)] as const),
  ...[
    'null',
    '0',
    '""',
    '"yesterday"',
    '"2026-13-01T00:00:00Z"',
    '"2026-01-31"',
    '"2026-01-31T12:00:00"',
    '{}',
    '[]',
  ].map((value) => [`dt is ${value}`, withDate(value)] as const),
  ...[
    'null',
    '1',
    '""',
    '"."',
    '"a."',
    '".a"',
    '"a..b"',
    '"a b"',
    '"a-b"',
    '"*"',
    '"é"',
    '"a\\u0000"',
    '"../a"',
    '[]',
    '{"toString":1}',
    `"${'x'.repeat(257)}"`,
  ].map((value) => [`events_id is ${value.slice(0, 30)}`, withType(value)] as const),
  ...[
    'null',
    '""',
    'true',
    '[]',
    '{}',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1e300',
    `"${'x'.repeat(257)}"`,
    '"\\ud800"',
  ].map((value) => [`object_id is ${value.slice(0, 30)}`, withObject(value)] as const),
  ['no data', `{${head}}`],
  ['no event', '{"data":{}}'],
  ['no dt', withEvent('{"events_id":"clients.create","object_id":"canary"}')],
  ['JSON in a JSON text', JSON.stringify(good)],
  ['JSON twice', good + good],
  ['something after it', `${good};`],
  ['a comma too many', `{${head},"data":{},}`],
  ['1001 of them', `[${Array(1001).fill(good).join()}]`],
  ['a bad one after 999 good ones', `[${Array(999).fill(good).join()},{}]`],
  ['an array of arrays', `[[${good}]]`],
  ['100,000 open brackets', '['.repeat(100_000)],
  ['100,000 open objects', '{"a":'.repeat(100_000)],
  ['nested 200 levels', withData(`{"a":${nested(200, '[', ']')}}`)],
  ['nested 50,000 levels', withData(`{"a":${nested(50_000, '[', ']')}}`)],
  ['__proto__ in data', withData('{"__proto__":{"polluted":true}}')],
  ['__proto__ deep in data', withData('{"a":[{"__proto__":{"polluted":true}}]}')],
  ['__proto__ for the envelope', `{"__proto__":${good}}`],
  ['__proto__ for the event', `{"__proto__":{${head}},"data":{}}`],
  ['1e400 in data', withData('{"a":1e400}')],
  ['-1e400 in data', withData('{"a":[-1e400]}')],
  ['a raw NUL in a text', withData('{"a":"\0"}')],
  ['a raw line feed in a text', withData('{"a":"\n"}')],
  ['UTF-16', utf16(good)],
  ['UTF-16 without a mark', Buffer.from(good, 'utf16le')],
  ['a lead byte and no more', bytes('{"a":"', [0xc3], '"}')],
  ['an overlong slash', bytes('{"a":"', [0xc0, 0xaf], '"}')],
  ['a surrogate in UTF-8', bytes('{"a":"', [0xed, 0xa0, 0x80], '"}')],
  ['beyond Unicode', bytes('{"a":"', [0xf4, 0x90, 0x80, 0x80], '"}')],
  ['Latin-1', Buffer.from(withData('{"a":"é"}'), 'latin1')],
  ['random bytes', Uint8Array.from({ length: 4096 }, (_, index) => (index * 2654435761) >>> 24)],
];

/** Strange, and as good as any: it must come out as it went in, and harm nothing. */
const taken: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['the event twice, the last one counts', odd.replace('{', `{"event":null,`)],
  ['constructor in data', odd.replace('"data":{}', '"data":{"constructor":{"prototype":{"polluted":true}}}')],
  [
    'prototype names in data',
    odd.replace('"data":{}', '"data":{"toString":1,"valueOf":2,"hasOwnProperty":3,"toJSON":4,"then":5}'),
  ],
  ['lone surrogates in data', odd.replace('"data":{}', '"data":{"\\udc00":"\\ud800"}')],
  ['NUL in data', odd.replace('"data":{}', '"data":{"a\\u0000":"\\u0000"}')],
  [
    'numbers that doubles can not hold',
    odd.replace('"data":{}', '"data":{"a":12345678901234567890,"b":0.1234567890123456789}'),
  ],
  [
    '10,000 keys',
    odd.replace(
      '"data":{}',
      `"data":${JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index])))}`,
    ),
  ],
  [
    'markup and formulas',
    odd.replace(
      '"data":{}',
      `"data":{"a":"<script>alert(1)</script>","b":"=cmd|' /C calc'!A0","c":"\${jndi:ldap://x}","d":"{{7*7}}"}`,
    ),
  ],
  ['white space around it', `\n\t ${odd}\r\n`],
  ['a byte order mark', bytes([0xef, 0xbb, 0xbf], odd)],
];

export const bodies: readonly Body[] = [
  ...refused.map(([name, input]): Body => ({ name, input, expect: [400] })),
  ...taken.map(([name, input]): Body => ({ name, input, expect: [202] })),
  { name: 'a byte more than 1 MiB', input: good.padEnd(1024 * 1024 + 1), expect: [413] },
  { name: '3 MiB', input: good.padEnd(3 * 1024 * 1024), expect: [413] },
];
