import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { code, fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import {
  type Behaviour,
  breaksOff,
  closesConnection,
  drips,
  echoes,
  hangs,
  hangsUp,
  type MisbehavingServer,
  misbehavingServer,
  redirects,
  resets,
  sends,
  speaksGarbage,
  stallsAfterHead,
} from '../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { isAlive, readPids } from '../support/processes.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Row {
  readonly id: string;
  readonly eventId: string;
  readonly handler: { readonly id: string };
  readonly status: string;
  readonly target: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly attempts: number;
  readonly code: number | null;
  readonly response: string | null;
  readonly error: string | null;
}

interface Fault {
  readonly behaviour: Behaviour;
  readonly status: 'failed' | 'succeeded';
  readonly code: number | null;
  readonly error: RegExp | null;
  /** It ends when the handler's time is up, not before. */
  readonly late?: true;
}

const timeoutSeconds = 2;
const unanswered = {
  status: 'failed',
  code: null,
  error: /^\S+ closed the connection before it had/,
} as const;
const incomplete = {
  status: 'failed',
  code: 200,
  error: /^no complete answer from \S+ within 2 s \(HTTP 200, .*the call may have been carried out/,
  late: true,
} as const;
const fine = { status: 'succeeded', code: 200, error: null } as const;

const faults: Readonly<Record<string, Fault>> = {
  hangs: {
    behaviour: hangs(),
    status: 'failed',
    code: null,
    error: /^no answer from \S+ within 2 s$/,
    late: true,
  },
  'stalls after the head': { behaviour: stallsAfterHead(), ...incomplete },
  'drips one byte a second': { behaviour: drips(1000), ...incomplete },
  'drips ten bytes a second': { behaviour: drips(100), ...incomplete },
  'resets the connection': { behaviour: resets(), ...unanswered },
  'hangs up': { behaviour: hangsUp(), ...unanswered },
  'breaks off': {
    behaviour: breaksOff(),
    status: 'failed',
    code: 200,
    error: /^\S+ answered HTTP 200, but closed the connection before all of it \(13 of 1000 bytes had come\)/,
  },
  'sends garbage': { behaviour: speaksGarbage(), status: 'failed', code: null, error: /is not HTTP/ },
  redirects: {
    behaviour: redirects('http://127.0.0.1:1/elsewhere'),
    status: 'failed',
    code: 302,
    error: /^HTTP 302 Found: redirects are not followed; if http:\/\/127\.0\.0\.1:1\/elsewhere is right/,
  },
  'answers 10 MB': { behaviour: sends(10 * 1024 * 1024), ...fine },
};
const closing = 'closes connections that it said it keeps';
const behaviours = new Map([
  ...Object.entries(faults).map(([name, { behaviour }]) => [name, behaviour] as const),
  [closing, closesConnection()],
]);
const rules = ['continue', 'stop'];
const typeOf = (name: string, rule: string) => `${rule}.${name.replaceAll(' ', '_')}`;

/** What may stand nowhere; each is an environment variable of Node-RED, or a credential. */
const secrets = {
  SECRET_HEADER: 'header-canary "of" a\\b',
  SECRET_VARIABLE: 'variable-canary "of" a\\b',
  SECRET_BROKEN: 'broken-canary\nwith a line break',
  password: 'password-canary',
  token: 'token-canary',
  globalCredential: 'global-canary',
  signingSecret: `whsec_${Buffer.from('signing-canary-of-24-bytes').toString('base64')}`,
};

describe('a handler that misbehaves', function () {
  this.timeout(30_000);
  const programs = join(import.meta.dirname, '../support/programs');
  const root = temporaryFolder('scripts-');
  const folder = join(root, 'allowed');
  const outside = join(root, 'outside.sh');
  const ran = join(root, 'ran');
  const pids = join(root, 'pids');
  const heard: string[] = [];
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let comms: WebSocket;

  const script = (id: string, command: string, events: string[], properties: object = {}): FlowNode => ({
    ...httpHandler('', { id, name: `the ${id} one`, events }),
    handlerType: 'local',
    command,
    ...properties,
  });
  const telling = (id: string) => code(id, `node.warn('${id} ' + JSON.stringify(msg)); return null;`);

  before(async () => {
    receiver = await misbehavingServer((exchange) => {
      const path = decodeURIComponent(exchange.received.path.slice(1));
      if (path === 'echo')
        return echoes(200, ({ headers }) => ({ 'x-echo': String(headers['x-key']) }))(exchange);
      if (path === 'refuse')
        return echoes(403, ({ headers }) => ({ 'x-echo': String(headers.authorization) }))(exchange);
      const behaviour = behaviours.get(path);
      return behaviour ? behaviour(exchange) : exchange.response.end('fine');
    });
    mkdirSync(join(folder, 'sub'), { recursive: true });
    mkdirSync(join(root, 'allowed-not'));
    for (const file of [outside, join(root, 'allowed-not/outside.sh')]) {
      writeFileSync(file, `#!/bin/sh\ntouch '${ran}'`, { mode: 0o755 });
    }
    symlinkSync(outside, join(folder, 'link.sh'));
    symlinkSync(root, join(folder, 'up'));
    writeFileSync(join(folder, 'complains.sh'), '#!/bin/sh\nprintf "bad key %s" "$KEY" >&2\nexit 3', {
      mode: 0o755,
    });

    const headers = [{ name: 'x-key', value: `\${SECRET_HEADER}` }];
    const environment = [{ name: 'KEY', value: `\${SECRET_VARIABLE}` }];
    const { signingSecret, token, password, globalCredential } = secrets;
    const withSecrets: FlowNode[] = [
      httpHandler(`${receiver.url}/echo`, {
        id: 'tokened',
        priority: 1,
        events: ['secrets.told'],
        headers,
        auth: 'bearer',
        credentials: { token, signingSecret },
      }),
      httpHandler(`${receiver.url}/refuse`, {
        id: 'passworded',
        priority: 2,
        events: ['secrets.told'],
        auth: 'basic',
        credentials: { user: 'anna', password, previousSigningSecret: signingSecret },
      }),
      httpHandler(`${receiver.url}/echo`, {
        id: 'global',
        priority: 3,
        events: ['secrets.told'],
        headers: [
          { name: 'x-key', value: `\${GLOBAL_KEY}` },
          { name: 'x-inside', value: `Key \${GLOBAL_KEY}/\${GLOBAL_NUMBER}/\${SECRET_HEADER}` },
          { name: 'x-number', value: `\${GLOBAL_NUMBER}` },
        ],
      }),
      script('starting', 'prints-environment.js', ['secrets.told'], {
        priority: 4,
        environment,
        args: [`\${SECRET_VARIABLE}`, '$(id)', `\${IFS}`],
      }),
      script('complaining', 'complains.sh', ['secrets.told'], { priority: 5, environment }),
      script('staying', 'resident.js', ['secrets.told'], { priority: 6, environment, mode: 'resident' }),
      httpHandler(`${receiver.url}/echo`, {
        id: 'unusable',
        events: ['secrets.unusable'],
        headers: [{ name: 'x-key', value: `\${SECRET_BROKEN}` }],
      }),
    ];
    const globals: object = {
      id: 'globals',
      type: 'global-config',
      env: [
        { name: 'GLOBAL_KEY', type: 'cred', value: '' },
        { name: 'GLOBAL_NUMBER', type: 'num', value: '5' },
      ],
      credentials: { map: { GLOBAL_KEY: globalCredential } },
    };
    const { SECRET_HEADER, SECRET_VARIABLE, SECRET_BROKEN } = secrets;
    red = await startNodeRed({
      env: { SECRET_HEADER, SECRET_VARIABLE, SECRET_BROKEN },
      settings: {
        nodesExcludes: fewNodes.nodesExcludes.filter((file) => !file.includes('global-config')),
        logging: { console: { level: 'trace', metrics: false, audit: true } },
        provisioning: { scriptDirs: [programs, folder] },
      },
      flows: [
        tab,
        globals as FlowNode,
        registry(),
        intakeNode('/in'),
        executor({ wires: [['executor told'], ['executor told'], ['executor told']] }),
        telling('executor told'),
        {
          id: 'log',
          type: 'provisioning-log',
          z: 'tab',
          x: 100,
          y: 100,
          registry: 'registry',
          statuses: ['running', 'succeeded', 'failed', 'skipped'],
          wires: [['log told']],
        },
        telling('log told'),
        ...[...behaviours.keys()].flatMap((name, index) =>
          rules.map((rule) =>
            httpHandler(`${receiver.url}/${encodeURIComponent(name)}`, {
              id: `${rule}-${index}`,
              events: [typeOf(name, rule)],
              onFailure: rule,
              timeoutSeconds,
            }),
          ),
        ),
        script('stubborn', 'ignores-sigterm.sh', ['scripts.stubborn'], {
          timeoutSeconds,
          environment: [{ name: 'PIDS', value: pids }],
        }),
        script('input', 'echo-input.sh', ['scripts.input'], { priority: 1 }),
        script('surroundings', 'prints-environment.js', ['scripts.input'], {
          priority: 2,
          args: ['--configured', '$HOME `id` "quoted"'],
        }),
        script('above', '../outside.sh', ['scripts.refused'], { priority: 1 }),
        script('below', 'sub/../../outside.sh', ['scripts.refused'], { priority: 2 }),
        script('absolute', outside, ['scripts.refused'], { priority: 3 }),
        script('linked', 'link.sh', ['scripts.refused'], { priority: 4 }),
        script('linked-folder', 'up/outside.sh', ['scripts.refused'], { priority: 5 }),
        script('beside', '../allowed-not/outside.sh', ['scripts.refused'], { priority: 6 }),
        script('shell', `up/outside.sh; touch '${ran}'`, ['scripts.refused'], { priority: 7 }),
        ...withSecrets,
        // By connections of its own: those of the others may be closed just when it is called.
        httpHandler(`${receiver.url.replace('127.0.0.1', 'localhost')}/fine`, { id: 'next', priority: 100 }),
      ],
    });
    comms = new WebSocket(`${red.url.replace('http', 'ws')}/comms`);
    await once(comms, 'open');
    comms.addEventListener('message', ({ data }) => heard.push(String(data)));
    comms.send(JSON.stringify({ subscribe: 'provisioning/#' }));
  });
  after(async () => {
    comms.close();
    await red.kill9();
    await receiver.close();
  });

  /** The rows of one event in chain order, once all of them are settled. */
  async function rowsOf(event: object, count: number): Promise<Row[]> {
    const response = await red.node('/in', postJson(event));
    assert.equal(response.status, 202);
    const { id } = (await response.json()) as { id: string };
    const rows = await eventually(`${id} is settled`, async () => {
      const { items } = await red.get<{ items: Row[] }>(`${executions}?eventId=${id}`);
      const settled = items.filter(({ status }) => status !== 'running' && status !== 'parked');
      return items.length >= count && settled.length === items.length && settled.toReversed();
    });
    assert.equal(rows.length, count);
    return rows;
  }
  const executions = 'provisioning/registries/registry/executions';

  for (const [name, { status, code, error, late }] of Object.entries(faults)) {
    const outcome = status === 'failed' ? `fails once${late ? ', when its time is up' : ''}` : 'succeeds';
    it(`${outcome}, and the chain goes on or stops by its rule, when its receiver ${name}`, async () => {
      const chains = await Promise.all(rules.map((rule) => rowsOf(envelope(name, typeOf(name, rule)), 2)));
      for (const [index, [row, next]] of chains.entries()) {
        assert.deepEqual([row?.status, row?.code, row?.attempts], [status, code, 1]);
        if (error) assert.match(row?.error ?? '', error);
        else assert.equal(row?.error, null);
        assert.ok((row?.response ?? '').length <= 64 * 1024);
        const ms = row?.durationMs ?? -1;
        // Timers of Node.js may fire up to 1 ms early.
        const earliest = late ? timeoutSeconds * 1000 - 1 : 0;
        assert.ok(ms >= earliest && ms < timeoutSeconds * 1000 + 3000, `${ms} ms`);
        const skipped = status === 'failed' && rules[index] === 'stop';
        assert.deepEqual([next?.handler.id, next?.status], ['next', skipped ? 'skipped' : 'succeeded']);
      }
    });
  }

  it(`succeeds each time, by one request, and the chain goes on, when its receiver ${closing}`, async () => {
    const before = receiver.received.length;
    // One after the other: nobody can know of a connection that is closed while the next request is on its way.
    for (let turn = 0; turn < 20; turn += 1) {
      const [row, next] = await rowsOf(envelope(turn, typeOf(closing, rules[turn % 2] ?? '')), 2);
      assert.deepEqual([row?.status, row?.code, row?.attempts, row?.error], ['succeeded', 200, 1, null]);
      assert.deepEqual([next?.handler.id, next?.status], ['next', 'succeeded']);
    }
    const paths = receiver.received.slice(before).map(({ path }) => decodeURIComponent(path));
    assert.equal(paths.filter((path) => path.startsWith('/closes')).length, 20);
  });

  it('is gone 3 s after its time is up, with its children, though it is a script that ignores SIGTERM', async () => {
    const rows = rowsOf(envelope(1, 'scripts.stubborn'), 2);
    const all = await eventually('it has started', () => existsSync(pids) && readPids(pids));
    const alive = all.filter(isAlive);
    await eventually('it is gone', () => !all.some(isAlive), 15_000);
    const gone = Date.now();
    const [row, next] = await rows;
    const ms = gone - Date.parse(row?.startedAt ?? '');
    assert.deepEqual([all.length, alive.length], [3, 3]);
    assert.ok(ms <= (timeoutSeconds + 3) * 1000, `${ms} ms`);
    assert.equal(row?.status, 'failed');
    assert.equal(row.error, 'no end within 2 s: the script and its children were ended');
    assert.equal(row.response, 'stubborn');
    assert.ok(row.durationMs < (timeoutSeconds + 5) * 1000, `${row.durationMs} ms`);
    assert.equal(next?.status, 'succeeded');
  });

  it('gets event data by standard input and the environment only: shell characters, quotes, line breaks, options', async () => {
    const evil = [
      `$(touch ${ran})`,
      `\`touch ${ran}\``,
      `; touch ${ran};`,
      `' && touch ${ran} #`,
      `" | touch ${ran}`,
      `\n() { :; }; touch ${ran}`,
      '--help',
      '-rf /',
      '../../etc/passwd',
      'line\nbreak\r\n',
      '%s %n \\0 \\x00',
      'LD_PRELOAD=/tmp/evil.so',
      'Zoë 😀 \u2028',
    ];
    for (const text of evil) {
      const event = {
        event: { dt: '2026-01-31T12:00:00+00:00', events_id: 'scripts.input', object_id: text },
        data: { text, [text]: [text] },
      };
      const [input, surroundings] = await rowsOf(event, 3);
      assert.deepEqual([input?.error, surroundings?.error], [null, null]);
      assert.deepEqual(JSON.parse(input?.response ?? ''), event);
      const { argv, env } = JSON.parse(surroundings?.response ?? '') as {
        argv: string[];
        env: Record<string, string>;
      };
      assert.deepEqual(argv, ['--configured', '$HOME `id` "quoted"']);
      assert.equal(env['PROVISIONING_OBJECT_ID'], text);
      const own = /^(?:PATH|HOME|LANG|TZ|PROVISIONING_(?:EVENT_TYPE|EVENT_ID|OBJECT_ID|ATTEMPT|WEBHOOK_ID))$/;
      assert.deepEqual(
        Object.keys(env).filter((name) => !own.test(name)),
        [],
      );
    }
    assert.ok(!existsSync(ran));
  });

  it('fails with the reason when the environment can not carry the event’s object', async () => {
    const [input, , next] = await rowsOf(envelope('a\u0000b', 'scripts.input'), 3);
    assert.equal(input?.status, 'failed');
    assert.match(
      input.error ?? '',
      /^echo-input\.sh can not be started: .*PROVISIONING_OBJECT_ID.*null bytes/,
    );
    assert.equal(next?.status, 'succeeded');
  });

  it('is refused with the reason when it leads out of the allowed folders, and no shell looks at it', async () => {
    const rows = await rowsOf(envelope(1, 'scripts.refused'), 8);
    const next = rows.pop();
    const shell = rows.pop();
    assert.equal(rows.length, 6);
    for (const { status, error, response, handler } of rows) {
      assert.deepEqual([status, response], ['failed', null], handler.id);
      assert.match(error ?? '', /\.sh leads out of the allowed script folders \(.+\): move/, handler.id);
    }
    assert.equal(shell?.status, 'failed');
    assert.match(shell.error ?? '', /was not found in the allowed script folders/);
    assert.equal(next?.status, 'succeeded');
    assert.ok(!existsSync(ran));
  });

  describe('with secrets', () => {
    const canaries = /(?:header|variable|broken|password|token|global)-canary/;
    const { signingSecret, password, SECRET_HEADER, SECRET_VARIABLE, globalCredential } = secrets;
    const basic = Buffer.from(`anna:${password}`).toString('base64');
    let rows: Row[];

    const findsNone = (where: string, text: string): void => {
      assert.doesNotMatch(text, canaries, where);
      for (const secret of [signingSecret, signingSecret.slice(6), basic])
        assert.ok(!text.includes(secret), where);
    };

    before(async () => {
      rows = await rowsOf(envelope('told', 'secrets.told'), 7);
    });

    it('tells them to its receiver and its script, and to nobody in its row', () => {
      const [bearer, refused, global] = receiver.received
        .filter(({ path }) => path === '/echo' || path === '/refuse')
        .map(({ headers }) => headers);
      assert.deepEqual(
        [bearer?.['x-key'], bearer?.authorization, refused?.authorization, global?.['x-key']],
        [SECRET_HEADER, `Bearer ${secrets.token}`, `Basic ${basic}`, globalCredential],
      );
      assert.match(String(bearer?.['webhook-signature']), /^v1,/);
      const byHandler = new Map(rows.map((row) => [row.handler.id, row]));
      assert.deepEqual(
        rows.map(({ handler, status }) => `${handler.id} ${status}`),
        [
          'tokened succeeded',
          'passworded failed',
          'global succeeded',
          'starting succeeded',
          'complaining failed',
          'staying succeeded',
          'next succeeded',
        ],
      );
      for (const id of ['tokened', 'global']) {
        const { headers } = JSON.parse(byHandler.get(id)?.response ?? '');
        assert.equal(headers['x-key'], '***', id);
      }
      assert.deepEqual(
        [global?.['x-inside'], global?.['x-number']],
        [`Key ${globalCredential}/5/${SECRET_HEADER}`, '5'],
      );
      assert.equal(
        JSON.parse(byHandler.get('passworded')?.response ?? '').headers.authorization,
        'Basic ***',
      );
      const { env, argv } = JSON.parse(byHandler.get('starting')?.response ?? '');
      assert.deepEqual([env.KEY, argv], ['***', ['***', '$(id)', `\${IFS}`]]);
      assert.equal(byHandler.get('starting')?.target, `prints-environment.js *** "$(id)" "\${IFS}"`);
      assert.equal(byHandler.get('complaining')?.error, 'bad key ***');
      assert.match(byHandler.get('staying')?.response ?? '', /"KEY":"\*\*\*"/);
      findsNone('rows', JSON.stringify(rows));
    });

    it('has none of them in any answer of the admin API', async () => {
      const base = 'provisioning/registries/registry';
      const paths = [
        'flows',
        'credentials/provisioning-handler/tokened',
        'credentials/provisioning-handler/passworded',
        'provisioning/registries',
        'provisioning/metrics',
        `${base}/handlers`,
        `${base}/events`,
        `${base}/events/${rows[0]?.eventId}`,
        `${base}/executions`,
        `${base}/stats`,
        ...rows.map(({ id }) => `${executions}/${id}`),
      ];
      for (const path of paths) {
        const response = await red.admin(path, { headers: { accept: '*/*' } });
        assert.equal(response.status, 200, path);
        findsNone(path, await response.text());
      }
      const { url } = (await (await red.admin(`${base}/exports`, postJson({ filter: {} }))).json()) as {
        url: string;
      };
      const csv = await (await fetch(new URL(url, red.url))).text();
      assert.match(csv, /secrets\.told/);
      findsNone('export', csv);
    });

    it('has none of them in its journal, what Node-RED prints, what flows are told, or comms', async () => {
      const told = `"eventId":"${rows[0]?.eventId}"`;
      // Frames say that something has changed; what it is, the API tells.
      await eventually('comms told of a change', () =>
        heard.some((text) => text.includes('provisioning/executions')),
      );
      const changes = await (
        await red.admin('provisioning/registries/registry/changes?boot=&after=0')
      ).text();
      assert.match(changes, /"items"/);
      findsNone('changes', changes);
      for (const who of ['executor told', 'log told']) {
        await eventually(who, () => red.log.some((line) => line.includes(who) && line.includes(told)));
      }
      await red.printed(/x-key|headers\[0\]/);
      findsNone('comms', heard.join('\n'));
      findsNone('what is printed', red.log.join('\n'));
      const kept = join(red.userDir, 'provisioning');
      const files = readdirSync(kept, { recursive: true, withFileTypes: true }).filter((file) =>
        file.isFile(),
      );
      const bytes = files
        .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
        .join('');
      assert.ok(bytes.includes('bad key ***'));
      findsNone('journal', bytes);
      assert.ok(!bytes.includes(SECRET_VARIABLE));
    });
  });
});
