import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { codeVariables } from '../../src/engine/targets/local/code-variables.ts';
import type { HttpHandler, LocalHandler } from '../../src/engine/words/handler.ts';
import { type HandlerCredentials, handlerOf, type SavedHandler } from '../../src/runtime/handler-config.ts';
import { issuesOf } from '../support/invalid.ts';
import { nodeRedUtil } from '../support/jsonata.ts';

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

const withJsonata = { ...runtime(), util: nodeRedUtil } as unknown as NodeAPI;

const variables: Readonly<Record<string, unknown>> = {
  TOKEN: 's3cret',
  NUMBER: 5,
  EMPTY: '',
  NESTED: reference('TOKEN'),
};
const setting = (name: string): unknown => variables[name];

const saved = (properties: object): SavedHandler =>
  ({ id: 'h1', type: 'provisioning-handler', name: 'CRM', z: '', ...properties }) as unknown as SavedHandler;
const http = (properties: object, credentials: HandlerCredentials = {}, RED = runtime()) =>
  handlerOf(RED, saved({ url: 'https://crm.example', ...properties }), credentials, setting) as HttpHandler;
const local = (properties: object, RED = runtime()) =>
  handlerOf(
    RED,
    saved({ handlerType: 'local', command: 'notify.sh', ...properties }),
    {},
    setting,
  ) as LocalHandler;

describe('a saved handler', () => {
  it('is an HTTP handler unless it says something else', () => {
    assert.equal(http({}).handlerType, 'http');
    assert.equal(http({ handlerType: '' }).handlerType, 'http');
    assert.equal(local({}).handlerType, 'local');
    assert.equal(handlerOf(runtime(), saved({ handlerType: 'flow' }), {}, setting).handlerType, 'flow');
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

  it('is retried on what may pass unless it says something else', () => {
    assert.deepEqual([http({}).retryOn, http({ retryOn: '' }).retryOn], ['transient', 'transient']);
    assert.equal(http({ retryOn: 'any' }).retryOn, 'any');
    assert.deepEqual(
      issuesOf(() => http({ retryOn: 'never' })),
      { retryOn: 'must be "transient" or "any"' },
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
      message: 'handler "CRM": url: is missing: the URL to call',
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
        ],
      },
    ];
    const headers = [
      { name: 'A', value: 's3cret' },
      { name: 'B', value: 'plain' },
      { name: 'C', value: '0ld' },
    ];
    const handler = http({ headers }, {}, runtime(flow));
    assert.deepEqual(handler.secrets, ['s3cret', '0ld']);
    assert.deepEqual(
      handler.headers.map(({ value, secret }) => [value, secret]),
      [
        ['s3cret', true],
        ['plain', false],
        ['0ld', true],
      ],
    );
  });

  it('have references inside of them resolved, and are secret in whole and in part', () => {
    const value = `Bearer ${reference('TOKEN')}-${reference('NUMBER')}${reference('EMPTY')}`;
    for (const handler of [
      http({ headers: [{ name: 'A', value }] }),
      http({ headers: [{ name: 'A', value }] }, {}, runtime([{ id: 'h1', headers: [{ name: 'A', value }] }])),
    ]) {
      assert.deepEqual(handler.headers, [{ name: 'A', value: 'Bearer s3cret-5', secret: true }]);
      assert.deepEqual(handler.secrets, ['s3cret', '5', 'Bearer s3cret-5']);
    }
    const { environment } = local({ environment: [{ name: 'A', value }] });
    assert.deepEqual(environment, [{ name: 'A', value: 'Bearer s3cret-5', secret: true }]);
  });

  it('have nothing resolved in what a reference stood for', () => {
    const written = [{ name: 'A', value: reference('NESTED') }];
    const literal = [{ name: 'A', value: `x${reference('TOKEN')}` }];
    assert.equal(
      http({ headers: literal }, {}, runtime([{ id: 'h1', headers: written }])).headers[0]?.value,
      `x${reference('TOKEN')}`,
    );
    const twice = http({ headers: [{ name: 'A', value: `x${reference('NESTED')}` }] });
    assert.equal(twice.headers[0]?.value, `x${reference('TOKEN')}`);
  });

  it('may be numbers and booleans where a text is needed', () => {
    const { name, headers, auth, signingSecret } = http(
      { name: 5, auth: 'bearer', headers: [{ name: 'A', value: true }] },
      { token: 12 as unknown as string, signingSecret: 1234 as unknown as string },
    );
    assert.deepEqual(
      [name, headers[0]?.value, auth, signingSecret],
      ['5', 'true', { type: 'bearer', token: '12' }, '1234'],
    );
    const { args, environment } = local({ args: [5, false], environment: [{ name: 'A', value: 0 }] });
    assert.deepEqual([args, environment[0]?.value], [['5', 'false'], '0']);
  });

  it('of its arguments and URL are known as secrets when they came from a reference', () => {
    const flow = [{ id: 'h1', args: ['--all', reference('TOKEN')], url: reference('CRM_URL') }];
    const { args, secrets } = local({ args: ['--all', 's3cret'] }, runtime(flow));
    assert.deepEqual([args, secrets], [['--all', 's3cret'], ['s3cret']]);
    const url = 'https://crm.example/t0ken';
    assert.deepEqual(http({ url }, {}, runtime(flow)).secrets, [url]);
    assert.deepEqual(http({ url }).secrets, []);
  });

  it('are secret alike when a reference stands for a whole list', () => {
    const flow = [{ id: 'h1', args: reference('LIST'), environment: reference('LIST') }];
    const { environment, secrets } = local(
      { args: ['s3cret'], environment: [{ name: 'KEY', value: 'k' }] },
      runtime(flow),
    );
    assert.deepEqual([environment[0]?.secret, secrets.toSorted()], [true, ['k', 's3cret']]);
  });

  it('of its arguments are passed as they are when nothing was filled in', () => {
    const args = ['$(id)', reference('IFS'), `--key=${reference('TOKEN')}`];
    const handler = local({ args }, runtime([{ id: 'h1', args }]));
    assert.deepEqual([handler.args, handler.secrets], [args, []]);
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
    ['headers[0].value', { headers: [{ name: 'A', value: `Bearer ${reference('CRM')}` }] }],
    ['headers[0].name', { headers: [{ name: reference('CRM'), value: 'a' }] }],
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

  it('of the environment that make a script run other code are refused by their place and name', () => {
    const environment = [
      { name: 'API_KEY', value: 'k' },
      { name: 'NODE_OPTIONS', value: '--import=data:text/javascript,process.exit(0)' },
      { name: 'LD_PRELOAD', value: '/tmp/evil.so' },
    ];
    assert.deepEqual(
      issuesOf(() => local({ environment })),
      {
        'environment[1].name':
          "NODE_OPTIONS can make the script run other code: choose another name, or have an administrator allow it, in settings.js: provisioning.scriptEnvironment: ['NODE_OPTIONS']",
        'environment[2].name':
          "LD_PRELOAD can make the script run other code: choose another name, or have an administrator allow it, in settings.js: provisioning.scriptEnvironment: ['LD_PRELOAD']",
      },
    );
    const resident = { mode: 'resident', environment };
    assert.deepEqual(Object.keys(issuesOf(() => local(resident))), [
      'environment[1].name',
      'environment[2].name',
    ]);
  });

  it('of the environment are taken where an administrator has allowed their names', () => {
    const properties = {
      handlerType: 'local',
      command: 'sync.py',
      environment: [{ name: 'PYTHONPATH', value: '/opt/lib' }],
    };
    const given = handlerOf(runtime(), saved(properties), {}, setting, codeVariables(['PYTHONPATH']));
    assert.deepEqual((given as LocalHandler).environment[0]?.value, '/opt/lib');
    const refused = issuesOf(() =>
      handlerOf(runtime(), saved(properties), {}, setting, codeVariables(['PATH'])),
    );
    assert.deepEqual(Object.keys(refused), ['environment[0].name']);
  });

  it('of the environment of another type of handler are left alone', () => {
    assert.equal(http({ environment: [{ name: 'LD_PRELOAD', value: 'x' }] }).handlerType, 'http');
  });

  it('of a script that name what is not set are refused', () => {
    const properties = { command: reference('A'), environment: [{ name: 'B', value: reference('B') }] };
    assert.deepEqual(Object.keys(issuesOf(() => local(properties))), ['environment[0].value', 'command']);
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

  it('are not its credentials while they name what is not set', () => {
    const CRM = reference('CRM');
    const all = { user: CRM, password: CRM, token: CRM, signingSecret: CRM, previousSigningSecret: '$(CRM)' };
    const refused = (auth: string) => Object.keys(issuesOf(() => http({ auth }, all))).toSorted();
    assert.deepEqual(refused('none'), ['previousSigningSecret', 'signingSecret']);
    assert.deepEqual(refused('basic'), ['password', 'previousSigningSecret', 'signingSecret', 'user']);
    assert.deepEqual(
      issuesOf(() => http({ auth: 'bearer' }, { token: CRM })),
      { token: 'names CRM, which is not set: set the environment variable, or correct the name' },
    );
    assert.deepEqual(http({ auth: 'none' }, { user: CRM, token: CRM }).auth, { type: 'none' });
  });

  it('is named in the error, and the handler too, when it is not deployed', () => {
    assert.throws(() => http({ tls: 't1' }), { message: /^handler "CRM": tls: refers to no deployed TLS/ });
    const urls = {
      p1: 'http://u:p%@proxy.example',
      p2: 'socks5://proxy.example:1080',
      p3: 'proxy.example:3128',
    };
    const proxies = Object.fromEntries(Object.entries(urls).map(([id, url]) => [id, { url }]));
    for (const proxy of ['p0', 'p1', 'p2', 'p3'])
      assert.throws(() => http({ proxy }, {}, runtime([], proxies)), {
        message: /^handler "CRM": proxy: refers to no deployed proxy with a valid URL/,
      });
  });

  it('lacks a token that its authentication needs', () => {
    assert.deepEqual(
      issuesOf(() => http({ auth: 'bearer' })),
      { 'auth.token': 'is missing: enter the token' },
    );
  });

  it('lacks both user and password, as when a flow was imported without its credentials', () => {
    assert.deepEqual(
      issuesOf(() => http({ auth: 'basic' })),
      { 'auth.user': 'is missing: enter the user name' },
    );
    for (const one of [{ user: 'a' }, { password: 'p' }])
      assert.deepEqual(http({ auth: 'basic' }, one).auth, { type: 'basic', user: '', password: '', ...one });
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

  it('is no TLS configuration that lacks what it names: it would be called without its certificate', () => {
    const rest = { rejectUnauthorized: true };
    const given = (options: object, valid?: boolean) => ({
      valid,
      addTLSOptions: (target: object) => Object.assign(target, rest, options),
    });
    for (const tls of [given({}, false), given({ cert: Buffer.from(''), key: Buffer.from('KEY') }, true)])
      assert.deepEqual(
        issuesOf(() => http({ tls: 't1' }, {}, runtime([], { t1: tls }))),
        {
          tls: 'refers to a TLS configuration that lacks a certificate or key: correct its files or variables, and deploy',
        },
      );
    assert.deepEqual(http({ tls: 't1' }, {}, runtime([], { t1: given({}, true) })).tls, rest);
  });

  describe('is a proxy of the environment', () => {
    const names = ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'no_proxy', 'NO_PROXY'];
    const kept = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    const set = (variables: Readonly<Record<string, string | undefined>>) => {
      for (const name of names) {
        const value = variables[name];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    };
    afterEach(() => set(kept));

    it('when it has no proxy node', () => {
      set({ https_proxy: 'http://u:p@proxy.example:3128', no_proxy: 'billing.example' });
      assert.deepEqual(http({}).proxy, { url: 'http://u:p@proxy.example:3128/', noProxy: [] });
      assert.equal(http({ url: 'https://billing.example/' }).proxy, undefined);
      assert.equal(http({ url: 'http://crm.example/' }).proxy, undefined);
      const own = runtime([], { p1: { url: 'http://own.example:8080', noproxy: ['crm.example'] } });
      assert.deepEqual(http({ proxy: 'p1' }, {}, own).proxy, {
        url: 'http://own.example:8080/',
        noProxy: ['crm.example'],
      });
      assert.equal('proxy' in local({}), false);
    });

    it('but not for a path of this Node-RED', () => {
      set({ http_proxy: 'http://proxy.example:3128' });
      const RED = { ...runtime([{ id: 'h1', url: '/crm' }]), settings: {} } as unknown as NodeAPI;
      assert.equal(http({ url: '/crm' }, {}, RED).proxy, undefined);
    });

    it('which is not passed by when it can not be used', () => {
      for (const proxy of ['socks5://proxy.example:1080', 'http://', 'http://u:p%@proxy.example']) {
        set({ all_proxy: proxy });
        const { proxy: issue } = issuesOf(() => http({}));
        assert.match(issue ?? '', /^all_proxy of the environment names no HTTP proxy: /);
        assert.equal(
          http({}, {}, { ...runtime(), settings: { proxyOptions: { env: {} } } } as never).proxy,
          undefined,
        );
      }
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

  it('is a proxy whose user and password are meant as they were entered, whatever stands in them', () => {
    for (const text of ['50%off', '%41', '%', 'a:b/c?d#e', 'zoë']) {
      const credentials = { username: `u${text}`, password: text };
      const proxy = { url: 'http://proxy.example:3128', credentials };
      const made = http({ proxy: 'p1' }, {}, runtime([], { p1: proxy }));
      const url = new URL(made.proxy?.url ?? '');
      assert.deepEqual([url.username, url.password].map(decodeURIComponent), [`u${text}`, text]);
      assert.equal(url.host, 'proxy.example:3128');
    }
  });

  it('calls as its properties say, and as ever without them', () => {
    const { method, body, bodyExpression, successRule, responsePart } = http({ method: '', body: null });
    assert.deepEqual(
      [method, body, bodyExpression, successRule, responsePart],
      ['POST', 'envelope', '', '', ''],
    );
    const shaped = {
      method: 'PUT',
      body: 'jsonata',
      bodyExpression: 'data',
      successRule: 'true',
      responsePart: 'body',
    };
    const made: object = http(shaped, {}, withJsonata);
    assert.deepEqual({ ...made, ...shaped }, made);
  });

  for (const [field, text] of [
    ['bodyExpression', '(data'],
    ['successRule', 'body.'],
    ['responsePart', '"x'],
  ] as const)
    it(`is refused with a wrong ${field}, which says where`, () => {
      const properties = { body: 'jsonata', bodyExpression: 'data', [field]: text };
      const issues = issuesOf(() => http(properties, {}, withJsonata));
      assert.deepEqual(Object.keys(issues), [field]);
      assert.match(issues[field] ?? '', /^is no JSONata: .+ \(position \d+\)$/);
    });

  it('is refused where an expression that it needs is missing, and does not need one that it does not use', () => {
    assert.deepEqual(
      issuesOf(() => http({ body: 'jsonata', bodyExpression: ' ' }, {}, withJsonata)),
      { bodyExpression: 'is missing: the JSONata that makes the body' },
    );
    http({ method: 'GET', body: 'jsonata' }, {}, withJsonata);
    http({ body: 'data', bodyExpression: '(' }, {}, withJsonata);
    http({ body: 'form', bodyExpression: '' }, {}, withJsonata);
  });

  it('is refused with a placeholder where an event may not say who is called', () => {
    const url = (url: string) => issuesOf(() => http({ url }));
    for (const wrong of [
      'https://{objectId}/',
      'https://x:{data.port}/',
      'https://{data.user}@x/',
      'https://x/?{dt}=1',
      'https://x/#{dt}',
    ]) {
      assert.match(
        url(wrong)['url'] ?? wrong,
        /^must hold \{[\w.]+\} in a segment of its path or in a value of its query/,
      );
    }
    const host = { name: 'Host', value: '{objectId}' };
    assert.deepEqual(Object.keys(issuesOf(() => http({ headers: [host] }))), ['headers[0].value']);
  });

  describe('calls a path of this Node-RED', () => {
    const urlOf = (settings: object, server?: object) => {
      const flow = [{ id: 'h1', url: '/crm/{objectId}?a=b' }];
      return http({ url: '/crm/{objectId}?a=b' }, {}, { ...runtime(flow), settings, server } as never).url;
    };

    it('where it listens', () => {
      const listens = { address: () => ({ port: 1999 }) };
      for (const [settings, address] of [
        [{}, 'http://127.0.0.1:1880'],
        [{ uiPort: 8080, uiHost: '0.0.0.0', httpNodeRoot: '/' }, 'http://127.0.0.1:8080'],
        [{ uiPort: '8080', uiHost: '::', httpNodeRoot: '/red/' }, 'http://127.0.0.1:8080/red'],
        [{ uiHost: '::1', https: {}, httpNodeRoot: '/a/b' }, 'https://[::1]:1880/a/b'],
        [{ uiHost: '10.0.0.5', uiPort: 1881 }, 'http://10.0.0.5:1881'],
      ] as const)
        assert.equal(urlOf(settings), `${address}/crm/{objectId}?a=b`);
      assert.equal(urlOf({ uiPort: 0 }, listens), 'http://127.0.0.1:1999/crm/{objectId}?a=b');
      assert.equal(urlOf({ uiPort: 0 }, { address: () => null }), 'http://127.0.0.1:1880/crm/{objectId}?a=b');
    });

    it('unless there are none, or a reference names it', () => {
      const { url } = issuesOf(() => urlOf({ httpNodeRoot: false }));
      assert.match(url ?? '', /httpNodeRoot is false in settings\.js/);
      const named = { ...runtime([{ id: 'h1', url: reference('PATH') }]), settings: {} } as never;
      assert.ok(issuesOf(() => http({ url: '/crm' }, {}, named))['url']);
      const other = { ...runtime([{ id: 'h1', url: '//evil.example/' }]), settings: {} } as never;
      assert.ok(issuesOf(() => http({ url: '//evil.example/' }, {}, other))['url']);
    });
  });
});
