import assert from 'node:assert/strict';
import fc from 'fast-check';
import { listensTo } from '../../../src/engine/words/event-type.ts';
import { type Handler, handlerSchema } from '../../../src/engine/words/handler.ts';
import { inChainOrder } from '../../../src/engine/words/handler-settings.ts';
import { reservedHeaders } from '../../../src/engine/words/headers.ts';
import { parse } from '../../../src/engine/words/parse.ts';
import { issuesOf } from '../../support/invalid.ts';

const minimal = {
  http: { id: 'h1', handlerType: 'http', url: 'https://crm.example/hooks' },
  local: { id: 'h1', handlerType: 'local', command: 'notify.sh' },
  flow: { id: 'h1', handlerType: 'flow' },
};
type Type = keyof typeof minimal;
const parsed = (type: Type, properties: object = {}): Handler =>
  parse('handler', handlerSchema, { ...minimal[type], ...properties });

describe('a handler that says nothing more than whom it calls', () => {
  const common = {
    id: 'h1',
    name: '',
    events: [],
    handlerStatus: 'enabled',
    priority: 10,
    timeoutSeconds: 15,
    onFailure: 'continue',
    condition: '',
    conditionRow: true,
    retryDelays: [5, 300, 1800, 7200, 18000, 36000, 36000],
    retryOn: 'transient',
    concurrency: 16,
    ratePerSecond: 0,
  };

  it('has the defaults of an HTTP handler', () => {
    const own = { url: 'https://crm.example/hooks', headers: [], auth: { type: 'none' }, secrets: [] };
    const asEver = {
      method: 'POST',
      body: 'envelope',
      bodyExpression: '',
      successRule: '',
      responsePart: '',
    };
    assert.deepEqual(parsed('http'), { ...common, handlerType: 'http', ...own, ...asEver });
  });

  it('has the defaults of a local handler', () => {
    const own = { command: 'notify.sh', args: [], environment: [], secrets: [], mode: 'once' };
    assert.deepEqual(parsed('local'), { ...common, handlerType: 'local', ...own });
  });

  it('has the defaults of a flow handler', () => {
    assert.deepEqual(parsed('flow'), { ...common, handlerType: 'flow' });
  });

  it('verifies the certificate of its server', () => {
    const handler = parsed('http', { tls: {} });
    assert.deepEqual(handler.handlerType === 'http' && handler.tls, { rejectUnauthorized: true });
  });
});

describe('a header of a handler', () => {
  const refused = (headers: readonly object[], rest: object = {}) =>
    issuesOf(() => parsed('http', { headers, ...rest }));

  it('is refused when the handler or HTTP sets it, with the reason', () => {
    for (const name of reservedHeaders)
      for (const written of [name, name.toUpperCase()]) {
        const issues = refused([
          { name: 'X-Own', value: '1' },
          { name: written, value: '1' },
        ]);
        assert.deepEqual(Object.keys(issues), ['headers[1].name']);
        assert.match(
          issues['headers[1].name'] ?? '',
          /^"[\w-]+" (?:is set by|belongs to|is sent with) .*: (?:remove|enter)/i,
        );
      }
    assert.deepEqual(
      refused([
        { name: 'Content-Length', value: '5' },
        { name: 'Webhook-Id', value: 'x' },
      ]),
      {
        'headers[0].name': '"Content-Length" belongs to the connection, and is set by HTTP itself: remove it',
        'headers[1].name': '"Webhook-Id" is set by the handler itself, on every call: remove it',
      },
    );
  });

  it('is refused when it is Authorization beside a sign-in, in the URL as well', () => {
    const headers = [{ name: 'Authorization', value: 'Bearer x' }];
    const message = '"Authorization" is set by the sign-in of the handler: remove it, or sign in with "none"';
    assert.deepEqual(refused(headers, { auth: { type: 'bearer', token: 't' } }), {
      'headers[0].name': message,
    });
    assert.deepEqual(refused(headers, { auth: { type: 'basic', user: 'u', password: 'p' } }), {
      'headers[0].name': message,
    });
    assert.deepEqual(refused(headers, { url: 'https://u:p@crm.example/' }), { 'headers[0].name': message });
    assert.doesNotThrow(() => parsed('http', { headers }));
  });

  it('may be Host, once, with a host', () => {
    for (const value of ['sip.example', 'sip.example:8080', '10.0.0.1', '[::1]:5060', '_sip.example'])
      assert.doesNotThrow(() => parsed('http', { headers: [{ name: 'Host', value }] }), value);
    for (const value of [
      '',
      'a b',
      'http://sip.example',
      'sip.example/',
      'user@sip.example',
      'sip.example:port',
    ])
      assert.deepEqual(Object.keys(refused([{ name: 'host', value }])), ['headers[0].value'], value);
    const twice = [
      { name: 'Host', value: 'a' },
      { name: 'host', value: 'b' },
    ];
    assert.deepEqual(refused(twice), { 'headers[1].name': '"host" stands there twice: remove one of them' });
  });
});

describe('a number of a handler', () => {
  it('may come as a numeric string', () => {
    const { priority, timeoutSeconds, retryDelays, concurrency, ratePerSecond } = parsed('flow', {
      priority: '7',
      timeoutSeconds: ' 2.5 ',
      retryDelays: ['1', 2],
      concurrency: '4',
      ratePerSecond: '0.5',
    });
    assert.deepEqual(
      { priority, timeoutSeconds, retryDelays, concurrency, ratePerSecond },
      { priority: 7, timeoutSeconds: 2.5, retryDelays: [1, 2], concurrency: 4, ratePerSecond: 0.5 },
    );
  });

  for (const [field, value] of [
    ['priority', 0],
    ['priority', 1_000_000],
    ['concurrency', 1],
    ['concurrency', 1024],
    ['timeoutSeconds', 86_400],
    ['ratePerSecond', 0],
    ['retryDelays', []],
  ] as const)
    it(`${field} may be ${JSON.stringify(value)}`, () => {
      assert.deepEqual(parsed('flow', { [field]: value })[field], value);
    });

  for (const [field, value, message] of [
    ['priority', -1, 'must be 0 at least'],
    ['priority', 1_000_001, 'must be 1000000 at most'],
    ['priority', 1.5, 'must be a whole number from 0 to 1000000'],
    ['priority', 'high', 'must be a whole number from 0 to 1000000'],
    ['priority', `\${PRIORITY}`, 'must be a whole number from 0 to 1000000'],
    ['priority', '', 'must be a whole number from 0 to 1000000'],
    ['priority', null, 'must be a whole number from 0 to 1000000'],
    ['priority', true, 'must be a whole number from 0 to 1000000'],
    ['timeoutSeconds', 0, 'must be 0.001 at least'],
    ['timeoutSeconds', 'Infinity', 'must be a number from 0.001 to 86400'],
    ['concurrency', 0, 'must be 1 at least'],
    ['concurrency', 1025, 'must be 1024 at most'],
    ['ratePerSecond', -1, 'must be 0 at least'],
    ['retryDelays', '5', 'must be a list of seconds'],
    ['retryDelays', Array(101).fill(1), 'must have 100 delays at most'],
  ] as const)
    it(`${field} is refused as ${JSON.stringify(value).slice(0, 20)}`, () => {
      assert.deepEqual(
        issuesOf(() => parsed('flow', { [field]: value })),
        { [field]: message },
      );
    });

  it('is named by its place in a list', () => {
    assert.deepEqual(
      issuesOf(() => parsed('flow', { retryDelays: [1, -1, 'soon'] })),
      {
        'retryDelays[1]': 'must be 0 at least',
        'retryDelays[2]': 'must be a number from 0 to 2592000',
      },
    );
  });
});

describe('a handler is refused, with the field and what to do, for', () => {
  const list = (field: string, value: unknown) => ({ [field]: [{ name: 'A', value: 'a' }, value] });
  const wrong: readonly [what: string, type: Type, properties: object, field: string, message: RegExp][] = [
    ['a node id with a full stop', 'flow', { id: 'a.b' }, 'id', /1 to 64 characters of A-Z a-z 0-9 _ and -/],
    ['a node id of 65 characters', 'flow', { id: 'x'.repeat(65) }, 'id', /1 to 64 characters/],
    ['a name that is no text', 'flow', { name: 5 }, 'name', /^must be a string$/],
    [
      'an unknown type',
      'flow',
      { handlerType: 'mail' },
      'handlerType',
      /^must be "http", "local" or "flow"$/,
    ],
    [
      'an unknown status',
      'flow',
      { handlerStatus: 'on' },
      'handlerStatus',
      /"enabled", "held", "disabled" or "archived"/,
    ],
    ['an unknown onFailure', 'flow', { onFailure: 'skip' }, 'onFailure', /^must be "continue" or "stop"$/],
    ['event types that are no list', 'flow', { events: 'a' }, 'events', /^must be a list of event types$/],
    ['a missing URL', 'http', { url: undefined }, 'url', /^is missing: the URL to call$/],
    ['a URL of another scheme', 'http', { url: 'ftp://a' }, 'url', /begins with http:\/\/ or https:\/\//],
    ['a relative URL', 'http', { url: '/hooks' }, 'url', /^must be a URL that begins with http/],
    ['headers that are no list', 'http', { headers: {} }, 'headers', /^must be a list$/],
    ['a password of a URL with a bare %', 'http', { url: 'http://u:p%@host' }, 'url', /written as %25/],
    [
      'a header that is not Latin-1',
      'http',
      list('headers', { name: 'A', value: 'ł' }),
      'headers[1].value',
      /^must be Latin-1/,
    ],
    ['a header without a value', 'http', list('headers', { name: 'A' }), 'headers[1].value', /^is missing/],
    [
      'a header name with a space',
      'http',
      list('headers', { name: 'a b', value: '' }),
      'headers[1].name',
      /token/,
    ],
    [
      'a header with a line break',
      'http',
      list('headers', { name: 'A', value: 'a\r\nB: b' }),
      'headers[1].value',
      /line breaks/,
    ],
    [
      'an unknown authentication',
      'http',
      { auth: { type: 'digest' } },
      'auth.type',
      /"none", "basic" or "bearer"/,
    ],
    [
      'a bearer without a token',
      'http',
      { auth: { type: 'bearer', token: '' } },
      'auth.token',
      /enter the token$/,
    ],
    [
      'a signing secret that is no base64',
      'http',
      { signingSecret: 'whsec_url-safe_' },
      'signingSecret',
      /whsec_ and base64/,
    ],
    [
      'an old signing secret that is no base64',
      'http',
      { previousSigningSecret: ' whsec_ ' },
      'previousSigningSecret',
      /whsec_ and base64/,
    ],
    ['a missing command', 'local', { command: '' }, 'command', /^is missing: the script to run$/],
    ['an argument with a NUL', 'local', { args: ['a', 'b\0'] }, 'args[1]', /NUL/],
    [
      'a variable that begins with a digit',
      'local',
      list('environment', { name: '1', value: '' }),
      'environment[1].name',
      /digit/,
    ],
    [
      'a variable with a NUL',
      'local',
      list('environment', { name: 'B', value: '\0' }),
      'environment[1].value',
      /NUL/,
    ],
    ['an unknown mode', 'local', { mode: 'twice' }, 'mode', /^must be "once" or "resident"$/],
  ];
  for (const [what, type, properties, field, message] of wrong)
    it(what, () => {
      const issues = issuesOf(() => parsed(type, properties));
      assert.deepEqual(Object.keys(issues), [field]);
      assert.match(issues[field] ?? '', message);
    });
});

describe('a pattern of event types', () => {
  for (const pattern of ['*', 'clients.*', 'clients.accounts.*', 'clients.create', 'x'])
    it(`may be ${pattern}`, () => assert.deepEqual(parsed('flow', { events: [pattern] }).events, [pattern]));

  for (const pattern of ['', '**', '*.create', 'clients*', 'clients.*.create', 'clients.', '.*', 'a-b', 5])
    it(`is refused as ${JSON.stringify(pattern)}`, () => {
      assert.deepEqual(
        issuesOf(() => parsed('flow', { events: ['*', pattern] })),
        {
          'events[1]': 'must be an event type such as "clients.create", "clients.*" or "*"',
        },
      );
    });

  for (const [pattern, type, does] of [
    ['*', 'clients.create', true],
    ['clients.create', 'clients.create', true],
    ['clients.create', 'clients.create.late', false],
    ['clients.create', 'Clients.create', false],
    ['clients.*', 'clients.create', true],
    ['clients.*', 'clients.accounts.create', true],
    ['clients.*', 'clients', false],
    ['clients.*', 'clients_archive.create', false],
    ['clients.accounts.*', 'clients.create', false],
  ] as const)
    it(`${pattern} ${does ? 'matches' : 'does not match'} ${type}`, () => {
      assert.equal(listensTo(pattern, type), does);
    });
});

describe('the order of a chain', () => {
  const handler = (priority: number, name: string, id: string) => parsed('flow', { priority, name, id });
  const ordered = (handlers: readonly Handler[]) => handlers.toSorted(inChainOrder).map(({ id }) => id);

  it('is by priority, the lower first; then by name; then by node id', () => {
    const handlers = [
      handler(10, 'b', '1'),
      handler(10, 'a', '4'),
      handler(10, 'a', '3'),
      handler(2, 'z', '2'),
    ];
    assert.deepEqual(ordered(handlers), ['2', '3', '4', '1']);
  });

  it('is that of characters and not of a language', () => {
    const names = ['ä', 'Z', 'a', '_'].map((name, index) => handler(10, name, String(index)));
    assert.deepEqual(ordered(names), ['1', '3', '2', '0']);
  });

  it('does not hang on how the handlers came', () => {
    const few = fc.record({ priority: fc.nat(2), name: fc.constantFrom('', 'a', 'b') });
    const chains = fc
      .array(few, { maxLength: 8 })
      .map((all) => all.map(({ priority, name }, index) => handler(priority, name, `n${index}`)));
    const shuffled = chains.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(fc.property(shuffled, ([all, other]) => assert.deepEqual(ordered(all), ordered(other))));
  });
});
