import assert from 'node:assert/strict';
import { refuseForeign } from '../../src/runtime/http/foreign-page.ts';

type Headers = Readonly<Record<string, string>>;

const own: readonly (readonly [what: string, headers: Headers])[] = [
  ['a program that is no browser', { host: 'red.example:1880' }],
  ['a program that names no host', {}],
  ['the same origin', { host: 'red.example:1880', origin: 'http://red.example:1880' }],
  ['the same origin in capitals', { host: 'Red.Example:1880', origin: 'http://red.example:1880' }],
  ['the port that goes without saying', { host: 'red.example:443', origin: 'https://red.example' }],
  ['an address of IPv6', { host: '[::1]:1880', origin: 'http://[::1]:1880' }],
  ['a proxy that leaves out the port', { host: 'red.example', origin: 'http://red.example:8080' }],
  [
    'a proxy that says whom it was asked for',
    { host: '127.0.0.1:1880', origin: 'https://red.example', 'x-forwarded-host': 'red.example' },
  ],
  [
    'several proxies',
    { host: 'inner:1880', origin: 'https://red.example', 'x-forwarded-host': 'red.example, outer' },
  ],
  [
    'the browser’s word behind a proxy that says nothing',
    { host: 'inner:1880', origin: 'https://red.example', 'sec-fetch-site': 'same-origin' },
  ],
  ['what its reader typed', { host: 'red.example', 'sec-fetch-site': 'none' }],
];

const foreign: readonly (readonly [what: string, headers: Headers])[] = [
  ['another host', { host: 'red.example', origin: 'http://evil.example' }],
  ['another port', { host: 'localhost:1880', origin: 'http://localhost:3000' }],
  ['a longer name', { host: 'red.example', origin: 'http://red.example.evil.example' }],
  ['a name within', { host: 'red.example', origin: 'http://evil-red.example' }],
  ['a page without an origin', { host: 'red.example', origin: 'null' }],
  ['an origin that is none', { host: 'red.example', origin: '*' }],
  ['an empty origin', { host: 'red.example', origin: '' }],
  ['two origins', { host: 'red.example', origin: 'http://evil.example, http://red.example' }],
  ['no host to compare with', { origin: 'http://evil.example' }],
  [
    'an empty host of a proxy',
    { host: 'red.example', origin: 'http://evil.example', 'x-forwarded-host': '' },
  ],
  [
    'what the browser calls another site',
    { host: 'red.example', origin: 'http://red.example', 'sec-fetch-site': 'cross-site' },
  ],
  [
    'what the browser calls the same site',
    { host: 'localhost:1880', origin: 'http://localhost:1880', 'sec-fetch-site': 'same-site' },
  ],
  ['a word that no browser says', { host: 'red.example', 'sec-fetch-site': 'same-origin, cross-site' }],
];

describe('a page of another origin', () => {
  for (const [what, headers] of own) it(`is not ${what}`, () => refuseForeign(headers));

  for (const [what, headers] of foreign)
    it(`is ${what}`, () => {
      assert.throws(() => refuseForeign(headers), { status: 403, code: 'forbidden' });
    });
});
