import type { Ending } from './misbehaving-server.ts';

/** An answer as some server sends it, and what must come of it. */
export interface FlawedAnswerCase {
  readonly flaw: string;
  /** Bytes as Latin-1. */
  readonly bytes: string;
  readonly ending?: Ending;
  readonly code: number | null;
  readonly response: string | null;
  /** Of the answer, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** null: the call has succeeded. */
  readonly error: RegExp | null;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const carriedOut = 'may have been carried out';
const said = (text: string): RegExp => new RegExp(`^127\\.0\\.0\\.1:\\d+ answered ${text}.*${carriedOut}`);
const broken = (status: string, came: string): RegExp =>
  said(`${status}, but closed the connection before all of it \\(${came}\\)`);

/** What HTTP lets a client take: interim answers, and heads that can be understood although they are badly written. */
export const acceptable: readonly FlawedAnswerCase[] = [
  ...[
    ['a 100 Continue that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a 102 Processing', 'HTTP/1.1 102 Processing\r\n\r\n'],
    [
      '103 Early Hints with headers',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nX-Early: 1\r\n\r\n',
    ],
    ['an interim answer that nobody knows', 'HTTP/1.1 199 Wait\r\nContent-Length: 7\r\n\r\n'],
    [
      'several interim answers',
      `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3)}HTTP/1.1 102 Processing\r\n\r\n`,
    ],
    ['a thousand interim answers', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)],
    ['an interim answer with bare line feeds', 'HTTP/1.1 100 Continue\n\n'],
    ['empty lines before it', '\r\n\r\n'],
  ].map(([flaw = '', before]) => ({
    flaw,
    bytes: `${before}${ok}Content-Length: 2\r\nX-Kept: yes\r\n\r\nok`,
    ending: 'open' as const,
    code: 200,
    response: 'ok',
    headers: { 'content-length': '2', 'x-kept': 'yes' },
    error: null,
  })),
  ...(
    [
      ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\nX-Kept: yes\n\nok'],
      [
        'bare line feeds and none but them in its body',
        'HTTP/1.1 200 OK\nContent-Length: 2\nX-Kept: yes\n\n\n\n',
      ],
      ['line ends of both kinds', 'HTTP/1.1 200 OK\r\nContent-Length: 2\nX-Kept: yes\r\n\nok'],
      [
        'a folded header',
        `${ok}X-Kept: a\r\n  b\r\n\tc\r\nContent-Length: 2\r\n\r\nok`,
        { 'x-kept': 'a b c' },
      ],
      ['a folded Content-Length', `${ok}X-Kept: yes\r\nContent-Length:\r\n 2\r\n\r\nok`],
      ['a blank before the colon', `${ok}Content-Length : 2\r\nX-Kept\t: yes\r\n\r\nok`],
      ['a blank before its first header', `${ok} X-Odd: 1\r\nContent-Length: 2\r\nX-Kept: yes\r\n\r\nok`],
      ['blanks after its Content-Length', `${ok}Content-Length: 2 \t \r\nX-Kept: yes\r\n\r\nok`],
      [
        'the same Content-Length twice',
        `${ok}Content-Length: 2\r\nX-Kept: yes\r\ncontent-length: 2\r\n\r\nok`,
      ],
      ['the same Content-Length twice in a list', `${ok}Content-Length: 2, 2\r\nX-Kept: yes\r\n\r\nok`],
      [
        'Content-Length with Transfer-Encoding',
        `${ok}Content-Length: 99\r\nTransfer-Encoding: chunked\r\nX-Kept: yes\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      ],
      ['a Transfer-Encoding without chunks', `${ok}Transfer-Encoding: identity\r\nX-Kept: yes\r\n\r\nok`],
      ['a NUL in a header', `${ok}Content-Length: 2\r\nX-Kept: y\0s\r\n\r\nok`, { 'x-kept': 'y s' }],
      ['a bare CR in a header', `${ok}Content-Length: 2\r\nX-Kept: y\rs\r\n\r\nok`, { 'x-kept': 'y s' }],
      [
        'other control characters in a header',
        `${ok}Content-Length: 2\r\nX-Kept: y\x01\x7fs\r\n\r\nok`,
        { 'x-kept': 'y  s' },
      ],
      [
        'a line that is no header',
        `${ok}Content-Length: 2\r\nwarning from the script\r\nX-Kept: yes\r\n\r\nok`,
      ],
      ['a header without a name', `${ok}Content-Length: 2\r\n: nothing\r\nX-Kept: yes\r\n\r\nok`],
      ['a header whose name is none', `${ok}Content-Length: 2\r\nX (Odd): 1\r\nX-Kept: yes\r\n\r\nok`],
      ['no reason in its status line', `HTTP/1.1 200\r\nContent-Length: 2\r\nX-Kept: yes\r\n\r\nok`],
      ['blanks in its status line', `HTTP/1.1   200\tOK\r\nContent-Length: 2\r\nX-Kept: yes\r\n\r\nok`],
      ['a minor version to come', `HTTP/1.7 200 OK\r\nContent-Length: 2\r\nX-Kept: yes\r\n\r\nok`],
      ['HTTP/1.0 and no length', `HTTP/1.0 200 OK\r\nX-Kept: yes\r\n\r\nok`],
      ['more than its length', `${ok}Content-Length: 2\r\nX-Kept: yes\r\n\r\nok and more`],
      ['no length', `${ok}X-Kept: yes\r\n\r\nok`],
      [
        'chunks with extensions and trailers',
        `${ok}X-Kept: yes\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX-T: 1\r\n\r\n`,
      ],
      [
        'Latin-1 in its reason and headers',
        `HTTP/1.1 200 Tr\xe8s bien\r\nContent-Length: 2\r\nX-Kept: yes\r\nX-L: \xe9\r\n\r\nok`,
      ],
    ] as [string, string, Record<string, string>?][]
  ).map(([flaw, bytes, headers = { 'x-kept': 'yes' }]) => ({
    flaw,
    bytes,
    code: 200,
    response: bytes.endsWith('\n\n\n\n') ? '\n\n' : 'ok',
    headers,
    error: null,
  })),
  {
    flaw: 'a status beyond those of HTTP',
    bytes: 'HTTP/1.1 999 Blocked\r\nContent-Length: 2\r\n\r\nno',
    code: 999,
    response: 'no',
    error: /^HTTP 999$/,
  },
  {
    flaw: 'a body where none may be',
    bytes: 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
    code: 204,
    response: null,
    error: null,
  },
];

/** What broke off. */
export const brokenOff: readonly FlawedAnswerCase[] = [
  {
    flaw: 'a length that is too long',
    bytes: `${ok}Content-Length: 1000\r\nX-Kept: yes\r\n\r\nthe beginning`,
    code: 200,
    response: 'the beginning',
    headers: { 'x-kept': 'yes' },
    error: broken('HTTP 200', '13 of 1000 bytes had come'),
  },
  {
    flaw: 'a length that is too long, in an answer that says no',
    bytes: `HTTP/1.1 422 No\r\nContent-Length: 1000\r\n\r\nwhy`,
    code: 422,
    response: 'why',
    error: broken('HTTP 422', '3 of 1000 bytes had come'),
  },
  {
    flaw: 'a length and no body',
    bytes: `${ok}Content-Length: 1000\r\n\r\n`,
    code: 200,
    response: null,
    error: broken('HTTP 200', '0 of 1000 bytes had come'),
  },
  {
    flaw: 'a chunk that breaks off',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n10\r\nhalf`,
    code: 200,
    response: 'wholehalf',
    error: broken('HTTP 200', '9 bytes of its body had come'),
  },
  {
    flaw: 'no last chunk',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n`,
    code: 200,
    response: 'whole',
    error: broken('HTTP 200', '5 bytes of its body had come'),
  },
  {
    flaw: 'no last chunk, on a connection that is to be closed',
    bytes: `${ok}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nwhole\r\n`,
    code: 200,
    response: 'whole',
    error: broken('HTTP 200', '5 bytes of its body had come'),
  },
  {
    flaw: 'a length that is too long, on a connection that is to be closed',
    bytes: `${ok}Content-Length: 1000\r\nConnection: close\r\n\r\nthe beginning`,
    code: 200,
    response: 'the beginning',
    error: broken('HTTP 200', '13 of 1000 bytes had come'),
  },
  {
    flaw: 'a reset within its body',
    bytes: `${ok}Content-Length: 1000\r\nX-Kept: yes\r\n\r\nthe beginning`,
    ending: 'reset',
    code: 200,
    response: 'the beginning',
    headers: { 'x-kept': 'yes' },
    error: said('HTTP 200, but reset the connection before all of it \\(13 of 1000 bytes had come\\)'),
  },
  {
    flaw: 'a reset within its head',
    bytes: `${ok}X-Kept: yes\r\nContent-Le`,
    ending: 'reset',
    code: 200,
    response: null,
    headers: { 'x-kept': 'yes' },
    error: said('HTTP 200, but reset the connection before all of it \\(none of its body had come\\)'),
  },
  {
    flaw: 'a head that breaks off',
    bytes: `${ok}X-Kept: yes\r\nContent-Le`,
    code: 200,
    response: null,
    headers: { 'x-kept': 'yes' },
    error: broken('HTTP 200', 'none of its body had come'),
  },
  {
    flaw: 'a status line that breaks off',
    bytes: 'HTTP/1.1 20',
    code: null,
    response: 'HTTP/1.1 20',
    error: broken('something', '11 bytes had come'),
  },
  {
    flaw: 'an interim answer and no other',
    bytes: 'HTTP/1.1 102 Processing\r\n\r\n',
    code: null,
    response: null,
    error: /closed the connection after an interim answer \(HTTP 102\), before the final one.*carried out/,
  },
  {
    flaw: 'no end of a body with a length',
    bytes: `${ok}Content-Length: 1000\r\nX-Kept: yes\r\n\r\nthe beginning`,
    ending: 'open',
    code: 200,
    response: 'the beginning',
    headers: { 'x-kept': 'yes' },
    error: /^no complete answer from .* within 0\.4 s \(HTTP 200, 13 of 1000 bytes had come\).*carried out/,
  },
  {
    flaw: 'no end of a body without one',
    bytes: `${ok}\r\nthe beginning`,
    ending: 'open',
    code: 200,
    response: 'the beginning',
    error:
      /^no complete answer from .* within 0\.4 s \(HTTP 200, 13 bytes of its body had come\).*carried out/,
  },
  {
    flaw: 'no end of a head',
    bytes: `${ok}X-Kept: yes\r\n`,
    ending: 'open',
    code: 200,
    response: null,
    headers: { 'x-kept': 'yes' },
    error: /^no complete answer from .* within 0\.4 s \(HTTP 200, none of its body had come\).*carried out/,
  },
  {
    flaw: 'an interim answer and no end',
    bytes: 'HTTP/1.1 100 Continue\r\n\r\n',
    ending: 'open',
    code: null,
    response: null,
    error: /^no answer from .* after an interim answer \(HTTP 100\) within 0\.4 s$/,
  },
];

/** What can not be taken for an answer, or for all of one. */
export const unacceptable: readonly FlawedAnswerCase[] = [
  {
    flaw: 'two different lengths',
    bytes: `${ok}Content-Length: 5\r\nX-Kept: yes\r\nContent-Length: 7\r\n\r\nhello`,
    code: 200,
    response: 'hello',
    headers: { 'x-kept': 'yes' },
    error: said('with more than one length \\(Content-Length: 5 and 7\\)'),
  },
  {
    flaw: 'two different lengths in a list',
    bytes: `${ok}Content-Length: 5, 7\r\n\r\nhello`,
    code: 200,
    response: 'hello',
    error: said('with more than one length \\(Content-Length: 5 and 7\\)'),
  },
  ...['five', '-5', '+5', '5.0', '0x5', '99999999999999999999'].map((length) => ({
    flaw: `the length ${length}`,
    bytes: `${ok}Content-Length: ${length}\r\n\r\nhello`,
    code: 200,
    response: 'hello',
    error: said('with a length that is no number'),
  })),
  {
    flaw: 'a chunk without a size',
    bytes: `${ok}X-Kept: yes\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\nzz\r\nhello\r\n0\r\n\r\n`,
    code: 200,
    response: 'wholezz\r\nhello\r\n0\r\n\r\n',
    headers: { 'x-kept': 'yes' },
    error: said('HTTP 200 with chunks that can not be read: Invalid character in chunk size'),
  },
  {
    flaw: 'no chunks, though it says so',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\nhello`,
    code: 200,
    response: 'hello',
    error: said('HTTP 200 with chunks that can not be read: Invalid character in chunk size'),
  },
  {
    flaw: 'a chunk that is longer than its size',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n`,
    code: 200,
    response: 'hello\r\n0\r\n\r\n',
    error: said('HTTP 200 with chunks that can not be read: Expected LF after chunk data'),
  },
  {
    flaw: 'chunks with bare line feeds',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n`,
    code: 200,
    response: 'hello\n0\n\n',
    error: said('HTTP 200 with chunks that can not be read: Missing expected CR after chunk size'),
  },
  {
    flaw: 'a switch of protocols',
    bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
    code: 101,
    response: null,
    headers: { upgrade: 'websocket' },
    error: said('HTTP 101 Switching Protocols, which nobody had asked for'),
  },
  {
    flaw: 'too large a head',
    bytes: `${ok}X-Kept: yes\r\nX-Large: ${'x'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\n`,
    code: 200,
    response: null,
    headers: { 'x-kept': 'yes' },
    error: said('with more headers than are accepted \\(16 KiB\\)'),
  },
  {
    flaw: 'a head without end',
    bytes: ok + 'X-Many: yes\r\n'.repeat(2000),
    ending: 'open',
    code: 200,
    response: null,
    error: said('with more headers than are accepted \\(16 KiB\\)'),
  },
  ...[
    'HTTP/1.1 OK\r\n\r\n',
    'HTTP/1.1 000 Nothing\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 abc OK\r\n\r\n',
    'HTTP/2.0 200 OK\r\n\r\n',
    'HTTP/11 200 OK\r\n\r\n',
    'HTTP/1.1\r\n\r\n',
  ].map((bytes) => ({
    flaw: `the status line ${JSON.stringify(bytes.trimEnd())}`,
    bytes,
    code: bytes.includes('000 N') ? 0 : null,
    response: bytes.includes('000 N') ? null : bytes,
    error: said(`with a first line that is no status line of HTTP/1\\.1: "${bytes.trimEnd()}"`),
  })),
  ...[
    '220 mail.example ESMTP ready\r\n',
    '<html>HTTP/0.9</html>',
    'ok',
    'ICY 200 OK\r\n\r\n',
    'http/1.1 200 OK\r\n\r\n',
  ].map((bytes) => ({
    flaw: `${JSON.stringify(bytes)}, which is not HTTP/1.1`,
    bytes,
    code: null,
    response: bytes,
    error: said(`with something that is not HTTP/1\\.1: it begins with "${bytes.trimEnd().split('\r')[0]}"`),
  })),
  {
    flaw: 'a TLS alert',
    bytes: '\x15\x03\x01\x00\x02\x02\x46',
    code: null,
    response: '\x15\x03\x01\ufffd\x02\x02\x46',
    error: /answered over TLS: the URL must begin with https:\/\/$/,
  },
  {
    flaw: 'HTTP/2',
    bytes: '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64',
    code: null,
    response: '\ufffd\ufffd\x06\x04\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\x03\ufffd\ufffd\ufffd\x64',
    error: /answered in HTTP\/2, but HTTP\/1\.1 was spoken to it$/,
  },
];
