import type { AnswerInput } from './inputs.ts';

type Rows = readonly (readonly [name: string, code: string, expect: AnswerInput['expect']])[];

const once: Rows = [
  ['10 MB', "process.stdout.write('x'.repeat(10_000_000))", 'succeeded'],
  ['10 MB of line feeds', "process.stdout.write('\\n'.repeat(10_000_000))", 'succeeded'],
  [
    'output without end',
    "const more = () => process.stdout.write('x'.repeat(65_536), more); more()",
    'failed',
  ],
  [
    'errors without end',
    "const more = () => process.stderr.write('x'.repeat(65_536), more); more()",
    'failed',
  ],
  ['NUL', "process.stdout.write('\\0'.repeat(70_000))", 'succeeded'],
  ['no UTF-8', 'process.stdout.write(Buffer.alloc(70_000, 0xff))', 'succeeded'],
  ['64 KiB and half a character', "process.stdout.write('x'.repeat(65_535) + 'é'.repeat(100))", 'succeeded'],
  ['escapes of a terminal', "process.stdout.write('\\x1b[2J\\x1b]0;x\\x07\\r\\b')", 'succeeded'],
  ['exit code 255', 'process.exit(255)', 'failed'],
  ['its own end by SIGSEGV', "process.kill(process.pid, 'SIGSEGV')", 'failed'],
  [
    'closed outputs, and no end',
    "require('node:fs').closeSync(1); require('node:fs').closeSync(2); setInterval(() => {}, 1000)",
    'failed',
  ],
  ['1 MB of errors', "process.stderr.write('x'.repeat(1_000_000), () => process.exit(1))", 'failed'],
  ['the secret', 'process.stdout.write(KEY)', 'succeeded'],
  ['the secret in JSON', 'process.stdout.write(JSON.stringify({ KEY }))', 'succeeded'],
  ['the secret for a URL', 'process.stdout.write(encodeURIComponent(KEY))', 'succeeded'],
  ['the secret byte by byte', 'for (const one of KEY) require("node:fs").writeSync(1, one)', 'succeeded'],
  ['the secret as an error', 'process.stderr.write(KEY, () => process.exit(1))', 'failed'],
  ['the secret as a thrown error', 'throw new Error(KEY)', 'failed'],
  [
    'the secret where 64 KiB are over',
    "process.stdout.write('x'.repeat(65_526) + KEY + 'x'.repeat(100))",
    'succeeded',
  ],
  [
    'the secret as an error after 1 MB',
    "process.stderr.write('x'.repeat(1_000_000) + KEY, () => process.exit(1))",
    'failed',
  ],
];

/** @param json an expression that gives the JSON of the response */
const answering = (json: string) =>
  `console.log('{"id":' + JSON.stringify(call.id) + ',"ok":true,"response":' + ${json} + '}')`;
const said = (line: string) => `console.log(${JSON.stringify(line)})`;
const resident: Rows = [
  ...[
    'garbage',
    'null',
    '[]',
    '{}',
    '"x"',
    '1e400',
    '{"id":1,"ok":true}',
    '{"id":null,"ok":true}',
    '{"id":[],"ok":true}',
    '{"__proto__":{"id":"x","ok":true}}',
    '[[[[[[[[',
    '\u0000',
    '{"ok":true}',
  ].map((line) => [`the line ${JSON.stringify(line)}`, said(line), 'failed'] as const),
  ...['x', '__proto__', 'constructor', 'toString', ''].map(
    (id) =>
      [`an answer for ${JSON.stringify(id)}`, said(JSON.stringify({ id, ok: true })), 'failed'] as const,
  ),
  ...['"true"', '1', 'null', '[]'].map(
    (ok) =>
      [`ok: ${ok}`, `console.log('{"id":' + JSON.stringify(call.id) + ',"ok":${ok}}')`, 'failed'] as const,
  ),
  ['empty lines', "console.log('\\n\\n\\r\\n'); answer()", 'settled'],
  ['a line of 3 MB', "process.stdout.write('x'.repeat(3_000_000))", 'failed'],
  [
    'a line without end',
    "const more = () => process.stdout.write('x'.repeat(65_536), more); more()",
    'failed',
  ],
  [
    'lines of garbage without end',
    "const more = () => process.stdout.write('x\\n'.repeat(30_000), more); more()",
    'failed',
  ],
  [
    'errors without end',
    "const more = () => process.stderr.write('x'.repeat(65_536), more); more()",
    'failed',
  ],
  ['two answers', 'answer(); answer()', 'succeeded'],
  [
    'two answers in a line',
    'const one = JSON.stringify({ id: call.id, ok: true }); console.log(one + one)',
    'failed',
  ],
  ['half an answer, and its end', 'process.stdout.write(\'{"id":\', () => process.exit())', 'failed'],
  ['its end', 'process.exit(0)', 'failed'],
  ['its end by SIGKILL', "process.kill(process.pid, 'SIGKILL')", 'failed'],
  ['nothing', '', 'failed'],
  ['a response of 500 KB', "answer({ response: 'x'.repeat(500_000) })", 'succeeded'],
  ['a response with prototype keys', answering('\'{"__proto__":1,"toJSON":2}\''), 'succeeded'],
  ['a response nested 5000 levels', answering("'['.repeat(5000) + ']'.repeat(5000)"), 'settled'],
  ['a response nested 200,000 levels', answering("'['.repeat(200_000) + ']'.repeat(200_000)"), 'settled'],
  ['a response of half surrogates', "answer({ response: '\\ud800'.repeat(100) })", 'succeeded'],
  ['an error of 500 KB', "answer({ ok: false, error: 'x'.repeat(500_000) })", 'failed'],
  ['an error that is an object', 'answer({ ok: false, error: { toString: 1, message: [] } })', 'failed'],
  [
    'bytes that are no UTF-8',
    "process.stdout.write(Buffer.concat([Buffer.alloc(100, 0xff), Buffer.from('\\n')]))",
    'failed',
  ],
  ['a byte order mark', "process.stdout.write('\\ufeff'); answer()", 'settled'],
  ['the secret', 'answer({ response: KEY })', 'succeeded'],
  ['the secret in an object', 'answer({ response: { KEY, [KEY]: [KEY] } })', 'succeeded'],
  ['the secret as an error', 'answer({ ok: false, error: KEY })', 'failed'],
  ['the secret as garbage', 'console.log(KEY)', 'failed'],
  ['the secret where garbage is cut', "console.log('x'.repeat(190) + KEY)", 'failed'],
  ['the secret as an id', 'console.log(JSON.stringify({ id: KEY, ok: true }))', 'failed'],
  ['the secret as its last words', 'process.stderr.write(KEY, () => process.exit(1))', 'failed'],
];

const row =
  (kind: 'once' | 'resident') =>
  ([name, code, expect]: Rows[number]): AnswerInput => ({
    name: `${kind}: ${name}`,
    input: { kind, code },
    expect,
  });

/** What scripts write, and how they end. */
export const scriptAnswers: readonly AnswerInput[] = [
  ...once.map(row('once')),
  ...resident.map(row('resident')),
];
