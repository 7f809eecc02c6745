import type { FlowNode } from '../support/node-red.ts';
import type { HostileInput } from './border.ts';
import { forbidden, metadata, noUrls } from './handler-urls.ts';
import type { LoggedRow } from './site.ts';

/** Where the inputs would show that they have an effect. */
export interface Traps {
  /** `host:port` that the settings forbid, with a receiver that must never be called. */
  readonly port: number;
  /** A folder of allowed scripts, with `trap.sh`, `link.sh` that leads to a script outside, and `up`, that leads above. */
  readonly scripts: string;
  /** A script beyond the allowed folders. */
  readonly outside: string;
}

/** Properties of a handler, and what its execution must say. */
export type HandlerInput = HostileInput<Readonly<Record<string, unknown>>, RegExp>;

const neverCalled = /may not be called|always refused|refused by provisioning\.http\.deny/;
const notAllowed =
  /no name of a script|leads out|was not found|is a folder|must|missing|NUL|which is not set/;

const headerNames = [
  '',
  ' ',
  'a b',
  'a:b',
  'x\r\ny',
  'x\ny',
  'x\0',
  'é',
  'x-a ',
  '__proto__:',
  '(x)',
  '"x"',
  '\ud800',
];
const reservedNames = [
  'webhook-id',
  'Webhook-Timestamp',
  'WEBHOOK-SIGNATURE',
  'provisioning-attempt',
  'provisioning-hops',
  'Connection',
  'Content-Length',
  'Transfer-Encoding',
  'expect',
  'Keep-Alive',
  'proxy-connection',
  'proxy-authorization',
  'TE',
  'trailer',
  'Upgrade',
];
const headerValues = [
  'a\r\nx-injected: 1',
  'a\nb',
  'a\rb',
  'a\0b',
  '\x7f',
  'ā',
  '😀',
  '\ud800',
  'a\r\n\r\nPOST / HTTP/1.1',
];
const hosts = ['', 'a b', 'a/b', 'a@b', '127.0.0.1\t127.0.0.2', 'a:b:c', 'http://a'];

const commands = (outside: string): readonly unknown[] => [
  '',
  ' ',
  '.',
  '..',
  './',
  '/',
  '//',
  'trap.sh/',
  'trap.sh//',
  'trap.sh/.',
  'trap.sh/..',
  'trap.sh/../trap.sh',
  './/trap.sh',
  'trap.sh\0',
  '\0',
  'trap.sh\0.txt',
  'trap.sh ',
  ' trap.sh',
  'trap.sh; true',
  'trap.sh && true',
  'trap.sh | sh',
  '$(trap.sh)',
  '`trap.sh`',
  'sh trap.sh',
  '../outside.sh',
  '../../outside.sh',
  './../outside.sh',
  'up/outside.sh',
  'up/allowed/../outside.sh',
  'link.sh',
  outside,
  `/../${outside}`,
  `/.${outside}`,
  '/bin/sh',
  '/usr/bin/env',
  '/proc/self/exe',
  '/dev/stdin',
  '/dev/null',
  '~/trap.sh',
  '%2e%2e/outside.sh',
  '..\\outside.sh',
  'file:trap.sh',
  'folder',
  'pipe',
  'x'.repeat(5000),
  {},
  ['trap.sh'],
];

const variables = [
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'LD_AUDIT',
  'DYLD_INSERT_LIBRARIES',
  'NODE_OPTIONS',
  'NODE_PATH',
  'BASH_ENV',
  'ENV',
  'PATH',
  'HOME',
  'SHELL',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'PYTHONHOME',
  'PERL5LIB',
  'PERL5OPT',
  'RUBYOPT',
  'RUBYLIB',
  'JAVA_TOOL_OPTIONS',
  'CLASSPATH',
  'GIT_SSH_COMMAND',
  'GLIBC_TUNABLES',
  'GCONV_PATH',
  'OPENSSL_CONF',
  'PROMPT_COMMAND',
  'BASH_FUNC_ls%%',
  'A=B',
  '1A',
  '',
  'A B',
  'A\0',
  'é',
];

/** Where no event may have a say. */
const misplaced = [
  'http://{objectId}/',
  'http://{data.host}:80/',
  'http://127.0.0.1.{dt}/',
  'http://127.0.0.1:{objectId}/',
  'http://127.0.0.1{objectId}/',
  'http://{objectId}@127.0.0.1/',
  'http://user:{objectId}@127.0.0.1/',
  'http{objectId}://127.0.0.1/',
  '{objectId}',
  'http://127.0.0.1/?{objectId}',
  'http://127.0.0.1/?a=1&{objectId}=1',
  'http://127.0.0.1/#{objectId}',
  'http://127.0.0.1/{objectId}/../x',
  'http://127.0.0.1/{objectId}/%2e%2e',
  'http:\\\\{objectId}\\x',
];

const others: readonly (readonly [name: string, properties: object])[] = [
  ['a type nobody knows', { handlerType: 'eval' }],
  ['the type __proto__', { handlerType: '__proto__' }],
  ['a type that is a list', { handlerType: ['http'] }],
  ['a timeout of 0', { timeoutSeconds: 0 }],
  ['a timeout without end', { timeoutSeconds: 1e300 }],
  ['retries that are no list', { retryDelays: '5' }],
  ['101 retries', { retryDelays: Array(101).fill(1) }],
  ['a negative rate', { ratePerSecond: -1 }],
  ['a priority in words', { priority: 'first' }],
  ['10,000 at once', { concurrency: 10_000 }],
  ['headers that are an object', { headers: { length: 1, 0: { name: 'x', value: 'y' } } }],
  ['a method nobody knows', { method: 'TRACE' }],
  ['a method with a line end', { method: 'GET / HTTP/1.1\r\nx: y' }],
  ['a method in small letters', { method: 'post' }],
  ['a body nobody knows', { body: '__proto__' }],
  ['an expression that is none', { bodyExpression: '(', body: 'jsonata' }],
  ['an expression that is missing', { bodyExpression: '', body: 'jsonata' }],
  ['an expression that is an object', { bodyExpression: {}, body: 'jsonata' }],
  ['a success rule that is none', { successRule: '"' }],
  ['a part of the response that is none', { responsePart: '/(/' }],
  ['a placeholder for the host', { headers: [{ name: 'host', value: '{objectId}' }] }],
  ['headers of null', { headers: [null] }],
  ['a header without a value', { headers: [{ name: 'x' }] }],
  ['a sign-in nobody knows', { auth: 'digest' }],
  ['a token that is missing', { auth: 'bearer' }],
  ['TLS that is not deployed', { tls: 'none' }],
  ['a proxy that is not deployed', { proxy: 'none' }],
  ['a reference to nothing', { url: `\${NOT_SET}` }],
  ['a reference to nothing in a header', { headers: [{ name: 'x', value: `\${NOT_SET}` }] }],
];

/** Handlers that must be refused, or must fail without having had an effect. */
export function handlerInputs({ port, scripts, outside }: Traps): readonly HandlerInput[] {
  const trap = `http://127.0.0.2:${port}/`;
  const http = (name: string, properties: object, expect: RegExp): HandlerInput => ({
    name,
    expect,
    input: { handlerType: 'http', url: trap, ...properties },
  });
  const local = (name: string, properties: object, expect: RegExp): HandlerInput => ({
    name,
    expect,
    input: { handlerType: 'local', command: 'trap.sh', ...properties },
  });
  return [
    ...metadata.map((host) => http(`metadata ${host}`, { url: `http://${host}/latest` }, neverCalled)),
    ...forbidden.map((host) => http(`forbidden ${host}`, { url: `http://${host}:${port}/` }, neverCalled)),
    ...noUrls.map((url) => http(`url ${JSON.stringify(url)}`, { url }, /url/)),
    ...misplaced.map((url) => http(`url ${url}`, { url }, /: url: /)),
    ...headerNames.map((name) =>
      http(`header name ${JSON.stringify(name)}`, { headers: [{ name, value: 'x' }] }, /headers\[0\]\.name/),
    ),
    ...reservedNames.map((name) =>
      http(`header ${name}`, { headers: [{ name, value: 'x' }] }, /headers\[0\]\.name/),
    ),
    ...headerValues.map((value) =>
      http(
        `header value ${JSON.stringify(value)}`,
        { headers: [{ name: 'x', value }] },
        /headers\[0\]\.value/,
      ),
    ),
    ...hosts.map((value) =>
      http(`host ${JSON.stringify(value)}`, { headers: [{ name: 'host', value }] }, /headers\[0\]\.value/),
    ),
    ...['once', 'resident'].flatMap((mode) =>
      commands(outside).map((command) =>
        local(`${mode} ${JSON.stringify(command).slice(0, 60)}`, { command, mode }, notAllowed),
      ),
    ),
    local('an absolute path that leads out again', { command: `${scripts}/../outside.sh` }, notAllowed),
    local('a mode nobody knows', { mode: 'eval' }, /mode/),
    local('a NUL in an argument', { args: ['a\0b'] }, /args\[0\]/),
    ...variables.map((name) =>
      local(
        `variable ${JSON.stringify(name)}`,
        { environment: [{ name, value: '/tmp' }] },
        /environment\[0\]\.name/,
      ),
    ),
    local('a NUL in a variable', { environment: [{ name: 'A', value: 'a\0b' }] }, /environment\[0\]\.value/),
    ...others.map(([name, properties]) =>
      http(name, properties, new RegExp(`: ${Object.keys(properties)[0]}\\b`)),
    ),
  ];
}

/** What a handler listens to. Not its id: Node-RED takes any property that equals one for a reference. */
export const typeOf = (id: string): string => `of.${id}`;

/** The node of a handler, with what is hostile in it. */
export function handlerNode(id: string, properties: HandlerInput['input']): FlowNode {
  return {
    id,
    type: 'provisioning-handler',
    registry: 'registry',
    events: [typeOf(id)],
    timeoutSeconds: 2,
    retryDelays: [],
    ...properties,
  };
}

/** How an execution shows that a handler got through; null when it was refused or has failed for the right reason. */
export function throughHandler(row: LoggedRow, why: string, { expect }: HandlerInput): string | null {
  if (row.status !== 'failed' && row.parkedFor !== 'missing') return `${row.status} ${row.parkedFor ?? ''}`;
  if (!expect.test(why)) return `it ended for another reason: ${why}`;
  return null;
}
