import type { AnswerInput } from './inputs.ts';

const replies: readonly (readonly [name: string, code: string, expect: AnswerInput['expect']])[] = [
  ['a cycle', 'msg.payload = {}; msg.payload.self = msg.payload;', 'failed'],
  ['a BigInt', 'msg.payload = 1n;', 'failed'],
  ['a function', 'msg.payload = () => 1;', 'failed'],
  ['a symbol', "msg.payload = Symbol('x');", 'failed'],
  ['nothing in it', 'delete msg.payload;', 'succeeded'],
  ['a getter that throws', "msg.payload = { get a() { throw new Error('x'); } };", 'failed'],
  ['a toJSON that throws', 'msg.payload = { toJSON() { throw null; } };', 'failed'],
  ['a toJSON of nothing', 'msg.payload = { toJSON() {} };', 'settled'],
  ['a date that is none', 'msg.payload = new Date(NaN);', 'settled'],
  ['a proxy that throws', "msg.payload = new Proxy({}, { ownKeys() { throw new Error('x'); } });", 'failed'],
  ['10 MB of text', "msg.payload = 'x'.repeat(10_000_000);", 'succeeded'],
  ['a Buffer of 1 MB', 'msg.payload = Buffer.alloc(1_000_000);', 'succeeded'],
  // How deep JSON.stringify goes is up to the Node.js.
  [
    '100,000 levels',
    'msg.payload = []; for (let i = 0; i < 100_000; i++) msg.payload = [msg.payload];',
    'settled',
  ],
  ['half surrogates', "msg.payload = '\\ud800'.repeat(70_000);", 'succeeded'],
  ['64 KiB and half a character', "msg.payload = 'x'.repeat(65_535) + 'é'.repeat(10);", 'succeeded'],
  ['an error that is an object', 'msg.error = { toString: null, message: {} };', 'failed'],
  ['an error that is a cycle', 'msg.error = {}; msg.error.self = msg.error;', 'failed'],
  ['an error whose message throws', "msg.error = { get message() { throw new Error('x'); } };", 'failed'],
  ['an error of 10 MB', "msg.error = 'x'.repeat(10_000_000);", 'failed'],
  ['an error of false', 'msg.error = false;', 'failed'],
  ['an empty error', "msg.error = '';", 'failed'],
  ['an error that is a BigInt', 'msg.error = 1n;', 'failed'],
  ['no turn', 'delete msg.provisioning;', 'failed'],
  ['the turn null', 'msg.provisioning = null;', 'failed'],
  ['a turn of nobody', "msg.provisioning.replyTo = 'none';", 'failed'],
  ['the turn __proto__', "msg.provisioning.replyTo = '__proto__';", 'failed'],
  ['a turn that is a list', 'msg.provisioning.replyTo = [msg.provisioning.replyTo];', 'failed'],
  ['no answer', 'return null;', 'failed'],
  ['a throw', "throw new Error('x');", 'failed'],
  ['a throw of nothing', 'throw undefined;', 'failed'],
  ['two answers', 'node.send(msg);', 'succeeded'],
];

/** What flows reply. */
export const flowAnswers: readonly AnswerInput[] = replies.map(([name, code, expect]) => ({
  name: `flow: ${name}`,
  input: { kind: 'flow', code: `${code}\nreturn msg;` },
  expect,
}));
