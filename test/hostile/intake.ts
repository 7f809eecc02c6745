import { sign } from '../../src/engine/targets/signature.ts';
import { envelope } from '../support/provisioning-flow.ts';
import type { IntakeInput } from './inputs.ts';
import { bodies } from './intake-bodies.ts';
import { framings } from './intake-framings.ts';
import { type Answers, type PlainRequest, unexpected, written } from './wire.ts';

/** The events of all inputs that must be refused are of this object: none of them may be in the journal. */
export const canary = 'canary';

export const intakeSecrets = {
  user: 'anna',
  password: 'pass:word',
  token: 'the intake token',
  secret: 'the signing secret',
};

const json = 'content-type: application/json';
const event = JSON.stringify(envelope(canary));
const fine = JSON.stringify(envelope('odd'));

function sent(name: string, expect: readonly number[], ...requests: PlainRequest[]): IntakeInput {
  return { name, expect, input: { pieces: requests.map(written) } };
}

const ofBodies = bodies.map(({ name, input, expect }) =>
  sent(`body: ${name}`, expect, { path: '/open', headers: [json], body: input }),
);

const contentTypes = [
  '',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/json; charset=latin1',
  'application/jsonp',
  'application/',
  'json',
  'application/json, text/plain',
  'text/json',
].map((type) =>
  sent(`content-type ${JSON.stringify(type)}`, [415], {
    path: '/open',
    headers: [`content-type: ${type}`],
    body: event,
  }),
);

const codings = ['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'x', 'identity, identity'].map((coding) =>
  sent(`content-encoding ${coding}`, [415], {
    path: '/open',
    headers: [json, `content-encoding: ${coding}`],
    body: event,
  }),
);

const badKeys = ['', 'a b', 'x'.repeat(256), 'clé', '\x7f', '\t', 'a, b'];
const keys = ['idempotency-key', 'webhook-id', 'svix-id'].flatMap((header) =>
  badKeys.map((key) =>
    sent(`${header} ${JSON.stringify(key.slice(0, 12))}`, [400], {
      path: '/open',
      headers: [json, `${header}: ${key}`],
      body: event,
    }),
  ),
);
const prototypeKeys = [
  '__proto__',
  'constructor',
  'toString',
  "'; DROP TABLE events; --".replaceAll(' ', '+'),
].map((key) =>
  sent(`key ${key}`, [202], { path: '/open', headers: [json, `idempotency-key: ${key}`], body: fine }),
);

const hops = [
  '-1',
  '1.5',
  '17',
  '1e3',
  '0x1',
  '9'.repeat(400),
  'NaN',
  '',
  '1, 2',
  'Infinity',
  '__proto__',
].map((count) =>
  sent(`hops ${count.slice(0, 12)}`, [400], {
    path: '/open',
    headers: [json, `provisioning-hops: ${count}`],
    body: event,
  }),
);

const methods = ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH'].map(
  (method) =>
    sent(`method ${method}`, method === 'OPTIONS' ? [200, 204, 405] : [405], {
      method,
      path: '/open',
      headers: [json],
      body: event,
    }),
);

const paths = [
  '/open/..%2f',
  '/open%00',
  '/open/../none',
  '/%',
  '/%ff',
  '//open//x',
  '/open;x',
  '/__proto__',
  '/constructor',
].map((path) => sent(`path ${path}`, [400, 404, 405], { path, headers: [json], body: event }));

const basic = (pair: string) => Buffer.from(pair).toString('base64');
const { user, password, token, secret } = intakeSecrets;
const right = basic(`${user}:${password}`);
const authorizations: readonly (readonly [path: string, lines: readonly string[]])[] = [
  ...['/basic', '/bearer', '/signed'].flatMap((path) =>
    [
      [],
      [''],
      [' '],
      ['Basic'],
      ['Basic '],
      ['Bearer'],
      ['Bearer  '],
      ['Basic Og=='],
      ['Basic =='],
      ['Bearer undefined'],
      ['Bearer null'],
      ['Bearer [object Object]'],
      [`Bearer \${TOKEN}`],
      ['Digest username="anna"'],
    ].map((lines) => [path, lines] as const),
  ),
  ['/basic', [`Basic ${basic('anna')}`]],
  ['/basic', [`Basic ${basic('anna:')}`]],
  ['/basic', [`Basic ${basic('anna:pass')}`]],
  ['/basic', [`Basic ${basic('ANNA:pass:word')}`]],
  ['/basic', [`Basic ${basic('anna:pass:word ')}`]],
  ['/basic', [`Basic ${basic('anna:pass:word\0')}`]],
  ['/basic', [`Basic ${basic('\ufeffanna:pass:word')}`]],
  ['/basic', [`Bearer ${right}`]],
  ['/basic', [`Basic ${user}:${password}`]],
  ['/basic', [`Basic ${basic(right)}`]],
  ['/basic', ['Basic AAAA', `Basic ${right}`]],
  ['/basic', [`Basic AAAA, Basic ${right}`]],
  ['/bearer', [`Bearer ${token.toUpperCase()}`]],
  ['/bearer', [`Bearer ${token}x`]],
  ['/bearer', [`Bearer ${token.slice(0, -1)}`]],
  ['/bearer', [`Basic ${token}`]],
  ['/bearer', [token]],
  ['/bearer', [`Bearer "${token}"`]],
  ['/bearer', ['Bearer x', `Bearer ${token}`]],
  ['/bearer', [`Bearer x, Bearer ${token}`]],
  ['/bearer', [`Bearer ${basic(token)}`]],
];
const strangers = authorizations.map(([path, lines]) =>
  sent(`authorization ${path} ${JSON.stringify(lines).slice(0, 60)}`, [401], {
    path,
    headers: [json, ...lines.map((line) => `authorization: ${line}`)],
    body: event,
  }),
);
const inTheUrl = [
  `/bearer?token=${encodeURIComponent(token)}`,
  `/bearer?access_token=${encodeURIComponent(token)}`,
].map((path) => sent(`authorization in the URL ${path}`, [401], { path, headers: [json], body: event }));

const signature = (id: string, at: number | string, body = event, by = secret) =>
  sign({ id, timestamp: at, body }, [by]);
const unpadded = (text: string) => text.replace(/=+$/, '');
type Forged = readonly [name: string, id: string, at: string | number, signature: string];

/** @param now seconds since the epoch, when they are sent: a clock that is wrong then may be right later */
const signatures = (now: number): readonly Forged[] => [
  ['an old clock', 'm1', now - 301, signature('m1', now - 301)],
  ['a clock of 1970', 'm1', 0, signature('m1', 0)],
  ['a clock to come', 'm1', now + 400, signature('m1', now + 400)],
  ['milliseconds', 'm1', now * 1000, signature('m1', now * 1000)],
  ['a clock in words', 'm1', 'now', signature('m1', 'now')],
  ['a signed clock', 'm1', `+${now}`, signature('m1', `+${now}`)],
  ['another clock than was signed', 'm1', now, signature('m1', now - 1)],
  ['another id', 'm2', now, signature('m1', now)],
  ['no id', '', now, signature('', now)],
  ['another body', 'm1', now, signature('m1', now, `${event} `)],
  ['an empty body', 'm1', now, signature('m1', now, '')],
  ['another secret', 'm1', now, signature('m1', now, event, 'another')],
  ['a secret in capitals', 'm1', now, signature('m1', now, event, secret.toUpperCase())],
  ['no signature', 'm1', now, ''],
  ['an empty signature', 'm1', now, 'v1,'],
  ['one of zeros', 'm1', now, `v1,${'A'.repeat(43)}=`],
  ['one in hexadecimal', 'm1', now, `v1,${'0'.repeat(64)}`],
  ['one of another scheme', 'm1', now, signature('m1', now).replace('v1,', 'v1a,')],
  ['one without a scheme', 'm1', now, signature('m1', now).slice(3)],
  ['half of one', 'm1', now, signature('m1', now).slice(0, 20)],
  ['one in capitals', 'm1', now, signature('m1', now).toUpperCase()],
  ['10,000 wrong ones', 'm1', now, 'v1,AA== '.repeat(1000)],
];
const forgeries = (now: number) => [
  ...signatures(now).map(([name, id, at, value]) =>
    sent(`signature: ${name}`, [401], {
      path: '/signed',
      headers: [json, `webhook-id: ${id}`, `webhook-timestamp: ${at}`, `webhook-signature: ${value}`],
      body: event,
    }),
  ),
  sent('signature: of another family', [401], {
    path: '/signed',
    headers: [json, 'webhook-id: m1', `svix-timestamp: ${now}`, `svix-signature: ${signature('m1', now)}`],
    body: event,
  }),
  sent('signature: two ids', [401], {
    path: '/signed',
    headers: [
      json,
      'webhook-id: m1',
      'webhook-id: m2',
      `webhook-timestamp: ${now}`,
      `webhook-signature: ${signature('m1', now)}`,
    ],
    body: event,
  }),
  sent('signature: a full stop that moves from the id to the body', [400], {
    path: '/signed',
    headers: [
      json,
      'webhook-id: m1',
      `webhook-timestamp: ${now}`,
      `webhook-signature: ${signature(`m1.${now}`, now)}`,
    ],
    body: `${now}.${event}`,
  }),
  sent('signature: base64 without its padding', [202], {
    path: '/signed',
    headers: [
      json,
      'webhook-id: odd',
      `webhook-timestamp: ${now}`,
      `webhook-signature: ${unpadded(signature('odd', now, fine))}`,
    ],
    body: fine,
  }),
];

/** What is sent to the intakes, by what is wrong with it; one status of those expected must come. */
export const intakeInputs = (): readonly IntakeInput[] => [
  ...ofBodies,
  ...contentTypes,
  ...codings,
  ...keys,
  ...prototypeKeys,
  ...hops,
  ...methods,
  ...paths,
  ...strangers,
  ...inTheUrl,
  ...forgeries(Math.floor(Date.now() / 1000)),
  ...framings(event, fine),
];

/** How an answer of the intake shows that an input got through; null when it was held. */
export function throughIntake(answers: Answers, { expect }: IntakeInput): string | null {
  const isRefused = !expect.some((status) => status >= 200 && status < 300);
  if (isRefused && /"ids?":/.test(answers.text)) return `an event id was given: ${answers.text.slice(-100)}`;
  return unexpected(answers, expect);
}
