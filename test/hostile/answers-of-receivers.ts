import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { acceptable, brokenOff, unacceptable } from '../support/flawed-answers.ts';
import { type Behaviour, says } from '../support/misbehaving-server.ts';
import type { AnswerInput } from './inputs.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const zeros = Buffer.alloc(100_000_000);
const packed = gzipSync(zeros, { level: 1 });
const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

/** Writes blocks for as long as they are taken. */
function endless(start: string, block: string): Behaviour {
  return ({ request: { socket } }) => {
    const bytes = Buffer.from(block.repeat(Math.ceil(65_536 / block.length)), 'latin1');
    const more = () => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on('drain', more);
    socket.write(start);
    more();
  };
}

/** Says something made of the secrets that the request brought: a header's value, and the token. */
function tells(made: (key: string, token: string) => (string | Uint8Array)[]): Behaviour {
  return (exchange) => {
    const { 'x-key': key, authorization = '' } = exchange.received.headers;
    says(made(String(key), authorization.replace('Bearer ', '')))(exchange);
  };
}

const body = (text: string | Uint8Array, ...headers: string[]) =>
  Buffer.concat([
    Buffer.from(
      `${ok}${headers.map((line) => `${line}\r\n`).join('')}content-length: ${Buffer.byteLength(text)}\r\n\r\n`,
    ),
    Buffer.from(text),
  ]);
const nested = (levels: number, text: string): string =>
  Array.from({ length: levels }).reduce<string>((inner) => JSON.stringify(inner), text);

type Rows = readonly (readonly [name: string, behaviour: Behaviour])[];

const bounded: Rows = [
  ['a body without end', endless(`${ok}\r\n`, 'x')],
  ['chunks without end', endless(`${ok}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n')],
  ['gzip of 100 MB', says([body(packed, 'content-encoding: gzip')])],
  ['brotli of 100 MB', says([body(brotliCompressSync(zeros, quickly), 'content-encoding: br')])],
  ['deflate of 100 MB', says([body(deflateSync(zeros, { level: 1 }), 'content-encoding: deflate')])],
  ['gzip of gzip of 100 MB', says([body(gzipSync(packed), 'content-encoding: gzip, gzip')])],
  ['gzip that it only claims', says([body('plain', 'content-encoding: gzip')])],
  [
    'gzip that breaks off',
    says([body(gzipSync('x'.repeat(1000)).subarray(0, 15), 'content-encoding: gzip')]),
  ],
  ['40 codings', says([body('x', `content-encoding: ${Array(40).fill('gzip').join()}`)])],
  ['a coding named __proto__', says([body('x', 'content-encoding: __proto__')])],
  ['a coding named constructor', says([body('x', 'content-encoding: constructor')])],
  ['64 KiB and half a character', says([body(`${'x'.repeat(65_535)}é${'é'.repeat(100)}`)])],
  ['64 KiB of NUL', says([body('\0'.repeat(65_536))])],
  ['bytes that are no UTF-8', says([body(Buffer.alloc(70_000, 0xff))])],
  ['half surrogates', says([body(Buffer.from([0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]))])],
  ['a charset that nobody knows', says([body('x', 'content-type: text/plain; charset=__proto__')])],
  ['UTF-16', says([body(Buffer.from('\ufeffsaid', 'utf16le'), 'content-type: text/plain; charset=utf-16')])],
  [
    'headers named as prototypes',
    says([body('x', '__proto__: 1', 'constructor: 2', 'toString: 3', 'hasOwnProperty: 4')]),
  ],
  ['the same header 2000 times', says([body('x', ...Array<string>(2000).fill('x-a: 1'))])],
  ['cookies', says([body('x', 'set-cookie: a=b', 'set-cookie: __proto__=b')])],
  [
    'markup',
    says([body('<script>alert(1)</script><img src=x onerror=alert(1)>', 'content-type: text/html')]),
  ],
  ['another answer after it', says([Buffer.concat([body('x'), body('smuggled')])], 'open')],
];

const failing: Rows = [
  ['headers without end', endless(ok, 'x-a: 1\r\n')],
  ['one header without end', endless(`${ok}x-a: `, 'x')],
  ['an extension of a chunk without end', endless(`${ok}transfer-encoding: chunked\r\n\r\n1;`, 'x')],
  ['trailers without end', endless(`${ok}transfer-encoding: chunked\r\n\r\n0\r\n`, 'x-a: 1\r\n')],
  ['interim answers without end', endless('', 'HTTP/1.1 100 Continue\r\n\r\n')],
  ['interim answers with headers without end', endless('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')],
  ['a status line without end', endless('HTTP/1.1 200 ', 'x')],
  ['empty lines without end', endless('', '\r\n')],
  ['NUL without end', endless('', '\0')],
  [
    'zeros by gzip, broken off',
    says([`${ok}content-encoding: gzip\r\ncontent-length: 99999999\r\n\r\n`, packed.subarray(0, 10_000)]),
  ],
  ['101 Switching Protocols', says(['HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'])],
  ...['0', '000', '-1', '1000', '2e2', 'OK', '20 0', '\0'].map(
    (status) =>
      [
        `status ${JSON.stringify(status)}`,
        says([`HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n`]),
      ] as const,
  ),
  ...['301', '302', '303', '307', '308', '300'].flatMap((status) =>
    ['http://169.254.169.254/latest', 'http://127.0.0.2/', 'file:///etc/passwd', '//', '\x01', ''].map(
      (place) =>
        [
          `${status} to ${JSON.stringify(place)}`,
          says([`HTTP/1.1 ${status} Go\r\nlocation: ${place}\r\ncontent-length: 0\r\n\r\n`]),
        ] as const,
    ),
  ),
  ...['1e400', '-1', 'never', '9'.repeat(400), '0x1', 'Thu, 01 Jan 99999 00:00:00 GMT', '__proto__'].map(
    (time) =>
      [
        `Retry-After: ${time.slice(0, 20)}`,
        says([`HTTP/1.1 503 Later\r\nretry-after: ${time}\r\ncontent-length: 0\r\n\r\n`]),
      ] as const,
  ),
  ['410 Gone', says(['HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n'])],
  [
    '401 with a challenge',
    says(['HTTP/1.1 401 No\r\nwww-authenticate: Basic realm="x"\r\ncontent-length: 0\r\n\r\n']),
  ],
  ['407', says(['HTTP/1.1 407 No\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n'])],
  ['HTTP/2', says(['\0\0\x12\x04\0\0\0\0\0'])],
  ['TLS', says(['\x15\x03\x03\x00\x02\x02\x28'])],
  ['a banner of SSH', says(['SSH-2.0-OpenSSH_9.6\r\n'])],
];

const telling: Rows = [
  ['the secret', tells((key) => [body(`say ${key} again`)])],
  ['the secret in JSON', tells((key) => [body(JSON.stringify({ key }))])],
  ['the secret in JSON in JSON', tells((key) => [body(nested(3, key))])],
  ['the secret for a URL', tells((key) => [body(`?key=${encodeURIComponent(key)}`)])],
  ['the secret for a form', tells((key) => [body(String(new URLSearchParams({ key })))])],
  ['the secret for HTML', tells((key) => [body(key.replaceAll('"', '&quot;').replaceAll('\\', '&#92;'))])],
  [
    'the secret in numbers of HTML',
    tells((key) => [body([...key].map((one) => `&#x${one.charCodeAt(0).toString(16)};`).join(''))]),
  ],
  [
    'the secret in escapes of JSON',
    tells((key) => [
      body([...key].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')),
    ]),
  ],
  ['the secret byte by byte', tells((key) => [`${ok}content-length: ${key.length}\r\n\r\n`, ...key])],
  [
    'the secret in chunks',
    tells((key) => [
      `${ok}transfer-encoding: chunked\r\n\r\n`,
      ...[...key].map((one) => `1\r\n${one}\r\n`),
      '0\r\n\r\n',
    ]),
  ],
  ['the secret by gzip', tells((key) => [body(gzipSync(key), 'content-encoding: gzip')])],
  ['the secret in a header', tells((key) => [body('x', `x-key: ${key}`)])],
  ['the token as the name of a header', tells((_, token) => [body('x', `${token}: x`)])],
  ['the token as its own header', tells((_, token) => [body('x', `authorization: Bearer ${token}`)])],
  ['the token as a cookie', tells((_, token) => [body('x', `set-cookie: ${token}=${token}`)])],
  [
    'the token as the scheme of a redirect',
    tells((_, token) => [`HTTP/1.1 302 Go\r\nlocation: ${token}://x\r\ncontent-length: 0\r\n\r\n`]),
  ],
  ['the token as a charset', tells((_, token) => [body('x', `content-type: text/plain; charset=${token}`)])],
  [
    'the token in UTF-16',
    tells((_, token) => [body(Buffer.from(token, 'utf16le'), 'content-type: text/plain; charset=utf-16le')]),
  ],
  ['the secret in the reason', tells((key) => [`HTTP/1.1 500 ${key}\r\ncontent-length: 0\r\n\r\n`])],
  [
    'the secret in Location',
    tells((key) => [
      `HTTP/1.1 302 Go\r\nlocation: http://x/?${encodeURIComponent(key)}\r\ncontent-length: 0\r\n\r\n`,
    ]),
  ],
  [
    'the secret in Retry-After',
    tells((key) => [`HTTP/1.1 503 No\r\nretry-after: ${key}\r\ncontent-length: 0\r\n\r\n`]),
  ],
  ['the secret and no HTTP', tells((key) => [`${key}\r\n`])],
  ['the secret in a status line', tells((key) => [`HTTP/1.1 ${key}\r\n\r\n`])],
  ['the secret in an answer that breaks off', tells((key) => [`${ok}content-length: 999\r\n\r\n${key}`])],
  ['the secret as a coding', tells((key) => [body('x', `content-encoding: ${key}`)])],
  ['the secret as a length', tells((key) => [`${ok}content-length: ${key}\r\n\r\n`])],
  [
    'the secret as the size of a chunk',
    tells((key) => [`${ok}transfer-encoding: chunked\r\n\r\n${key}\r\n`]),
  ],
  ...[1, 8, 15, 20, 24].map(
    (part) =>
      [
        `${part} characters of the secret before 64 KiB are over`,
        tells((key) => [body('x'.repeat(65_536 - part) + key + 'x'.repeat(100))]),
      ] as const,
  ),
];

const row =
  (expect: AnswerInput['expect']) =>
  ([name, behaviour]: Rows[number]): AnswerInput => ({
    name: `http: ${name}`,
    input: { kind: 'http', behaviour },
    expect,
  });

/** What receivers answer, byte for byte. */
export const receiverAnswers: readonly AnswerInput[] = [
  ...bounded.map(row('settled')),
  ...failing.map(row('failed')),
  ...telling.map(row('settled')),
  ...[...acceptable, ...brokenOff, ...unacceptable].map(({ flaw, bytes, ending, error }) =>
    row(error ? 'failed' : 'succeeded')([flaw, says([Buffer.from(bytes, 'latin1')], ending)]),
  ),
];
