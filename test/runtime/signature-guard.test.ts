import assert from 'node:assert/strict';
import { sign } from '../../src/engine/targets/signature.ts';
import { signatureGuard } from '../../src/runtime/intake/signature-guard.ts';

type Headers = Record<string, string>;

const body = '{"event":{}}';
const guard = signatureGuard(['the secret', 'the old one']);
const now = () => Math.floor(Date.now() / 1000);

/** Signed rightly, but for the changes that are made afterwards. */
function signed(changes: Headers = {}, at = now(), secret = 'the secret'): Headers {
  const signature = sign({ id: 'msg-1', timestamp: at, body }, [secret]);
  return {
    'webhook-id': 'msg-1',
    'webhook-timestamp': String(at),
    'webhook-signature': signature,
    ...changes,
  };
}

function admitted(headers: Headers, bytes = body): void {
  guard.admit(headers);
  guard.verify(headers, Buffer.from(bytes));
}

const { 'webhook-id': _, ...withoutId } = signed();

/** What is told from the head alone. */
const refusedByHead: readonly (readonly [what: string, headers: () => Headers, says: RegExp])[] = [
  ['nothing', () => ({}), /needs a signed request: webhook-id is missing$/],
  ['no id', () => withoutId, /webhook-id is missing$/],
  ['an empty id', () => signed({ 'webhook-id': '' }), /webhook-id is missing$/],
  [
    'an id with blanks',
    () => signed({ 'webhook-id': 'a b' }),
    /^webhook-id is wrong: it must be 1 to 255 visible/,
  ],
  ['a long id', () => signed({ 'webhook-id': 'x'.repeat(256) }), /^webhook-id is wrong/],
  ['no time', () => signed({ 'webhook-timestamp': '' }), /webhook-timestamp is missing$/],
  [
    'a date for the time',
    () => signed({ 'webhook-timestamp': '2026-01-31T12:00:00Z' }),
    /^webhook-timestamp is wrong: it must be whole seconds since 1970$/,
  ],
  [
    'a part of a second',
    () => signed({ 'webhook-timestamp': `${now()}.5` }),
    /must be whole seconds since 1970$/,
  ],
  ['a time before 1970', () => signed({ 'webhook-timestamp': '-1' }), /must be whole seconds since 1970$/],
  [
    'a number too far',
    () => signed({ 'webhook-timestamp': '9'.repeat(400) }),
    /must be whole seconds since 1970$/,
  ],
  [
    'milliseconds',
    () => signed({ 'webhook-timestamp': String(Date.now()) }),
    /^webhook-timestamp is wrong: it is in milliseconds, and must be in seconds$/,
  ],
  [
    'an old time',
    () => signed({}, now() - 400),
    /^webhook-timestamp is wrong: it is 40\d s behind the clock here, and may be 300 s off at most/,
  ],
  [
    'a time to come',
    () => signed({}, now() + 400),
    /^webhook-timestamp is wrong: it is (39\d|400) s ahead of the clock/,
  ],
  ['no signature', () => signed({ 'webhook-signature': '' }), /webhook-signature is missing$/],
  [
    'another scheme',
    () => signed({ 'webhook-signature': 'v1a,AAAA' }),
    /^webhook-signature is wrong: it must hold v1,/,
  ],
  [
    'hexadecimal',
    () => signed({ 'webhook-signature': `v1,${'0'.repeat(64)}` }),
    /^webhook-signature is wrong: it must/,
  ],
  [
    'only some of it at Svix',
    () => ({ 'svix-id': 'a' }),
    /needs a signed request: svix-timestamp is missing$/,
  ],
  [
    'one half of each family',
    () => ({ 'webhook-id': 'msg-1', 'svix-timestamp': String(now()), 'svix-signature': 'v1,' }),
    /webhook-timestamp is missing$/,
  ],
];

describe('a signed request', () => {
  for (const [what, headers] of [
    ['by the secret', () => signed()],
    ['by the previous secret', () => signed({}, now(), 'the old one')],
    [
      'by several, of which one is right',
      () => signed({ 'webhook-signature': `v1a,x v1,AA== ${signed()['webhook-signature']}` }),
    ],
    ['almost five minutes late', () => signed({}, now() - 295)],
    ['with headers of another family beside it', () => signed({ 'svix-id': 'other' })],
  ] as const)
    it(`is admitted ${what}`, () => admitted(headers()));

  for (const [what, headers, says] of refusedByHead)
    it(`is told what is wrong before its body is read: ${what}`, () => {
      assert.throws(() => guard.admit(headers()), { status: 401, message: says });
    });

  for (const [what, headers, bytes] of [
    ['another id', () => signed({ 'webhook-id': 'msg-2' }), body],
    ['another time', () => signed({ 'webhook-timestamp': String(now() - 7) }), body],
    ['another body', () => signed(), `${body}\n`],
    ['another secret', () => signed({}, now(), 'guessed'), body],
  ] as const)
    it(`is told nothing but that the signature is wrong: ${what}`, () => {
      assert.throws(() => admitted(headers(), bytes), {
        status: 401,
        message:
          "webhook-signature is wrong: it is none of <webhook-id>.<webhook-timestamp>.<body> by this intake's secret; sign the very bytes that are sent, with the secret as it was given",
      });
    });
});
