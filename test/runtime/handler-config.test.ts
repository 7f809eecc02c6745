import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import type { HttpHandler, LocalHandler } from '../../src/engine/handler.ts';
import { type HandlerCredentials, handlerOf, type SavedHandler } from '../../src/runtime/handler-config.ts';
import { issuesOf } from '../support/invalid.ts';

const reference = (name: string) => `\${${name}}`;

/** As much of Node-RED as reading a handler needs: the flow file, and config nodes. */
function runtime(flow: readonly object[] = [], nodes: Readonly<Record<string, object>> = {}): NodeAPI {
  return {
    nodes: {
      eachNode: (callback: (node: object) => void) => flow.forEach(callback),
      getNode: (id: string) => nodes[id] ?? null,
    },
  } as unknown as NodeAPI;
}

const saved = (properties: object): SavedHandler =>
  ({ id: 'h1', type: 'provisioning-handler', name: 'CRM', z: '', ...properties }) as unknown as SavedHandler;
const http = (properties: object, credentials: HandlerCredentials = {}, RED = runtime()) =>
  handlerOf(RED, saved({ url: 'https://crm.example', ...properties }), credentials) as HttpHandler;
const local = (properties: object, RED = runtime()) =>
  handlerOf(RED, saved({ handlerType: 'local', command: 'notify.sh', ...properties }), {}) as LocalHandler;

describe('a saved handler', () => {
  it('is an HTTP handler unless it says something else', () => {
    assert.equal(http({}).handlerType, 'http');
    assert.equal(http({ handlerType: '' }).handlerType, 'http');
    assert.equal(local({}).handlerType, 'local');
    assert.equal(handlerOf(runtime(), saved({ handlerType: 'flow' }), {}).handlerType, 'flow');
  });

  it('has the default of a field that its dialog left empty', () => {
    const handler = http({ name: '', priority: '', timeoutSeconds: null, auth: '', tls: '', proxy: '' });
    assert.deepEqual(
      [handler.name, handler.priority, handler.timeoutSeconds, handler.auth, handler.tls, handler.proxy],
      ['', 10, 15, { type: 'none' }, undefined, undefined],
    );
  });

  it('has what its dialog says', () => {
    const { events, handlerStatus, priority, onFailure, retryDelays } = http({
      events: ['clients.*'],
      handlerStatus: 'disabled',
      priority: '3',
      onFailure: 'stop',
      retryDelays: [],
    });
    assert.deepEqual(
      [events, handlerStatus, priority, onFailure, retryDelays],
      [['clients.*'], 'disabled', 3, 'stop', []],
    );
  });

  it('keeps nothing of the other types', () => {
    const handler = local({ url: 'not a URL', headers: 5, auth: 'digest' });
    assert.deepEqual(
      Object.keys(handler).filter((key) => ['url', 'headers', 'auth'].includes(key)),
      [],
    );
  });

  it('is named in the error when it is wrong', () => {
    assert.throws(() => http({ url: '' }), {
      message: 'handler "CRM": url: is missing: the URL to call by POST',
    });
    assert.throws(() => http({ name: '', url: '' }), { message: /^handler "h1": url/ });
  });
});

describe('values of a saved handler', () => {
  it('that came from a reference are secret, others are not', () => {
    const flow = [
      { id: 'other', headers: [{ name: 'B', value: reference('NO') }] },
      {
        id: 'h1',
        headers: [
          { name: 'A', value: reference('TOKEN') },
          { name: 'B', value: 'plain' },
          { name: 'C', value: '$(OLD)' },
          { name: 'D', value: `Bearer ${reference('TOKEN')}` },
        ],
      },
    ];
    const headers = [
      { name: 'A', value: 's3cret' },
      { name: 'B', value: 'plain' },
      { name: 'C', value: '0ld' },
      { name: 'D', value: `Bearer ${reference('TOKEN')}` },
    ];
    assert.deepEqual(
      http({ headers }, {}, runtime(flow)).headers.map(({ value, secret }) => [value, secret]),
      [
        ['s3cret', true],
        ['plain', false],
        ['0ld', true],
        [`Bearer ${reference('TOKEN')}`, false],
      ],
    );
  });

  it('of the environment are secret alike', () => {
    const flow = [{ id: 'h1', environment: [{ name: 'KEY', value: reference('KEY') }] }];
    assert.deepEqual(local({ environment: [{ name: 'KEY', value: 'k' }] }, runtime(flow)).environment, [
      { name: 'KEY', value: 'k', secret: true },
    ]);
  });

  for (const [field, properties] of [
    ['url', { url: reference('CRM') }],
    ['priority', { priority: reference('CRM') }],
    [
      'headers[1].value',
      {
        headers: [
          { name: 'A', value: 'a' },
          { name: 'B', value: reference('CRM') },
        ],
      },
    ],
    ['retryDelays[0]', { retryDelays: ['$(CRM)'] }],
  ] as const)
    it(`that name what is not set are refused: ${field}`, () => {
      assert.deepEqual(
        issuesOf(() => http(properties)),
        {
          [field]: 'names CRM, which is not set: set the environment variable, or correct the name',
        },
      );
    });

  it('of a script that name what is not set are refused', () => {
    const properties = { args: [reference('A')], environment: [{ name: 'B', value: reference('B') }] };
    assert.deepEqual(Object.keys(issuesOf(() => local(properties))), ['args[0]', 'environment[0].value']);
  });
});

describe('what a saved handler refers to', () => {
  it('are its credentials', () => {
    assert.deepEqual(http({ auth: 'basic' }, { user: 'ann', password: 'p' }).auth, {
      type: 'basic',
      user: 'ann',
      password: 'p',
    });
    assert.deepEqual(http({ auth: 'bearer' }, { token: 't' }).auth, { type: 'bearer', token: 't' });
    const { signingSecret, previousSigningSecret } = http(
      {},
      { signingSecret: 'new', previousSigningSecret: '' },
    );
    assert.deepEqual([signingSecret, previousSigningSecret], ['new', undefined]);
  });

  it('lacks a token that its authentication needs', () => {
    assert.deepEqual(
      issuesOf(() => http({ auth: 'bearer' })),
      { 'auth.token': 'is missing: enter the token' },
    );
  });

  it('is told without its secrets when it is wrong', () => {
    assert.throws(
      () => http({ url: 'x', auth: 'basic' }, { password: 'hunter2', signingSecret: 'hunter3' }),
      (error: Error) => !error.message.includes('hunter'),
    );
  });

  it('is a TLS configuration, whose texts may come as bytes', () => {
    const tls = {
      addTLSOptions(options: Record<string, unknown>): void {
        Object.assign(options, {
          ca: Buffer.from('PEM'),
          key: 'KEY',
          pfx: Buffer.from([0, 255]),
          rejectUnauthorized: false,
        });
      },
    };
    assert.deepEqual(http({ tls: 't1' }, {}, runtime([], { t1: tls })).tls, {
      ca: 'PEM',
      key: 'KEY',
      pfx: Buffer.from([0, 255]),
      rejectUnauthorized: false,
    });
  });

  it('is a proxy, whose user and password become part of its URL', () => {
    const proxy = {
      url: 'http://proxy.example:3128',
      noproxy: ['localhost'],
      credentials: { username: 'a b', password: 'p@ss' },
    };
    assert.deepEqual(http({ proxy: 'p1' }, {}, runtime([], { p1: proxy })).proxy, {
      url: 'http://a%20b:p%40ss@proxy.example:3128/',
      noProxy: ['localhost'],
    });
  });
});
