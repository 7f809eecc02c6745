import assert from 'node:assert/strict';
import { grantOf, type OperationName, operationNames } from '../../src/engine/words/operation.ts';
import { answering, catching, code, httpIn, httpResponse, placed } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { signIn, user } from '../support/users.ts';

interface Entry {
  readonly event: string;
  readonly by: string | null;
  readonly [property: string]: unknown;
}

const users = [user('admin', '*'), user('writer', ['provisioning.write']), user('reader', 'read')];
const changes = operationNames.filter((name) => grantOf(name) !== null);
const here = 'provisioning/registries/registry';
const secret = 'nobody else is to read this';

/** A route of each change, whom it is about, and a body that it takes. */
const routes: readonly (readonly [string, string, string, object, object?])[] = [
  ['hold', 'PATCH', here, {}, { status: 'held', reason: secret }],
  ['release', 'PATCH', here, {}, { status: 'enabled' }],
  ['switch', 'PATCH', `${here}/handlers/crm`, { handler: 'crm' }, { status: 'disabled', reason: secret }],
  ['close-circuit', 'POST', `${here}/handlers/crm/circuit`, { handler: 'crm' }, { state: 'closed' }],
  ['replay-execution', 'POST', `${here}/executions/none/replay`, { execution: 'none' }],
  ['cancel-execution', 'POST', `${here}/executions/none/cancel`, { execution: 'none' }],
  ['replay-event', 'POST', `${here}/events/none/replay`, { eventId: 'none' }],
  ['replay-events', 'POST', `${here}/events/replay`, {}, { filter: { objectId: secret } }],
  ['replay-all', 'POST', `${here}/replay`, {}, { filter: { text: secret } }],
  ['cancel-all', 'POST', `${here}/cancel`, {}, { filter: { text: secret } }],
  ['stop-replay', 'POST', `${here}/replays/7/cancel`, { replay: '7' }],
  [
    'deliver-missed',
    'POST',
    `${here}/handlers/crm/deliver`,
    { handler: 'crm' },
    { since: '2026-01-31T12:00:00Z' },
  ],
  ['fire', 'POST', `${here}/events`, {}, envelope(secret)],
  ['fire', 'POST', 'provisioning/nodes/event/fire', { node: 'event' }],
  ['backup', 'POST', `${here}/backup`, {}, {}],
  ['reach-targets', 'POST', 'provisioning/doctor', {}, { handlers: [] }],
];
const failing: Readonly<Record<string, string>> = {
  'close-circuit': 'conflict',
  'replay-execution': 'not_found',
  'cancel-execution': 'not_found',
  'replay-event': 'not_found',
  'stop-replay': 'not_found',
  'deliver-missed': 'conflict',
};

describe('the audit log of Node-RED', function () {
  this.timeout(60_000);
  let red: NodeRed;
  const tokens = new Map<string, string>();

  before(async () => {
    const query = (id: string, properties: object) => [
      httpIn(`/${id}`, `ask ${id}`),
      code(`ask ${id}`, 'return Object.assign(msg, { payload: undefined }, msg.payload);', [id]),
      placed(id, 'provisioning-query', { registry: 'registry', wires: [['tell']], ...properties }),
    ];
    red = await startNodeRed({
      flows: [
        tab,
        registry(),
        httpHandler('http://127.0.0.1:9/', { id: 'crm', name: 'CRM' }),
        eventNode({ eventType: 'clients.create' }),
        executor(),
        ...query('all', { grants: ['switch', 'replay', 'cancel', 'circuit'] }),
        ...query('reads', {}),
        answering('tell', 'payload: msg.payload'),
        catching('catch', ['all', 'reads'], 'caught'),
        answering('caught', 'code: msg.error.code'),
        httpResponse,
      ],
      settings: {
        adminAuth: { type: 'credentials', users },
        logging: { console: { level: 'info', metrics: false, audit: true } },
      },
    });
    for (const one of users) tokens.set(one.username, await signIn(red, one));
  });
  after(() => red.kill9());

  const send = (username: string, method: string, path: string, body: object | string = {}) => {
    const headers = { authorization: `Bearer ${tokens.get(username)}` };
    return red.admin(path, { ...postJson(body, headers), method });
  };
  const ask = (node: 'all' | 'reads', question: object) => red.node(`/${node}`, postJson(question));

  /** What was told since, once something is found in it. */
  const entries = (since: number): Entry[] =>
    red.log.slice(since).flatMap((line) => {
      const [, json] = /\[audit\] (\{.*\})$/.exec(line) ?? [];
      const entry = json ? (JSON.parse(json) as Entry) : undefined;
      return entry?.event.startsWith('provisioning.') ? [entry] : [];
    });
  /** What is told of something, in order; nothing comes after it that was on its way. */
  const toldOf = async (act: () => Promise<unknown>): Promise<Entry[]> => {
    const since = red.log.length;
    await act();
    const path = 'provisioning/nodes/none/fire';
    await send('admin', 'POST', path);
    return eventually('the entry of the request after it', () => {
      const found = entries(since);
      return found.at(-1)?.['node'] === 'none' && found.slice(0, -1);
    });
  };

  it('tells of every change by the admin API who has asked for it, from where, and what came of it', async () => {
    const names = new Set<string>();
    for (const [name, method, path, about, body] of routes) {
      const [entry, ...others] = await toldOf(() => send('writer', method, path, body));
      assert.deepEqual(others, [], 'one entry each');
      const { level, timestamp, ip, user, ...told } = entry ?? assert.fail(path);
      assert.deepEqual(told, {
        event: `provisioning.${name}`,
        ...(path.startsWith(here) && { registry: 'registry' }),
        ...about,
        ...(name === 'switch' && { status: 'disabled' }),
        by: 'writer',
        ...(failing[name] && { error: failing[name] }),
        path: `/${path}`,
      });
      assert.equal((user as { username: string }).username, 'writer');
      assert.deepEqual([level, typeof ip, typeof timestamp], [98, 'string', 'number']);
      names.add(name);
    }
    assert.deepEqual([...names].sort(), [...changes, 'fire', 'backup', 'reach-targets'].sort());
  });

  it('tells the same of query nodes, by whom the message says that it is', async () => {
    const ids = { handler: 'crm', execution: 'none', event: 'none', replay: 7 };
    const parameters: Partial<Record<OperationName, object>> = {
      switch: { handler: 'crm', status: 'enabled', reason: secret },
      hold: { reason: secret },
      'replay-all': { filter: { text: secret } },
      'replay-events': { filter: { objectId: secret } },
      'cancel-all': { filter: { text: secret } },
      'deliver-missed': { handler: 'crm', since: '2026-01-31T12:00:00Z' },
    };
    for (const operation of changes) {
      const [, , , about] = routes.find(([name]) => name === operation) ?? assert.fail(operation);
      const [key] = Object.keys(about);
      const on = key === 'eventId' ? 'event' : key;
      const given = parameters[operation] ?? (on ? { [on]: ids[on as keyof typeof ids] } : {});
      const question = { operation, payload: given, by: ' Anna ' };
      const [entry, ...others] = await toldOf(() => ask('all', question));
      assert.deepEqual(others, []);
      const { level, timestamp, error, ...told } = entry ?? assert.fail(operation);
      assert.deepEqual(told, {
        event: `provisioning.${operation}`,
        registry: 'registry',
        ...about,
        node: 'all',
        ...(operation === 'switch' && { status: 'enabled' }),
        by: 'Anna',
      });
      if (failing[operation] !== 'conflict') assert.equal(error, failing[operation], operation);
    }
  });

  it('tells of what was refused, and why', async () => {
    const refused = async (act: () => Promise<unknown>) => {
      const [entry] = await toldOf(act);
      return [entry?.event, entry?.['handler'], entry?.by, entry?.['error'], entry?.['status']];
    };
    const crm = `${here}/handlers/crm`;
    assert.deepEqual(await refused(() => send('writer', 'PATCH', crm, { status: secret })), [
      ...['provisioning.switch', 'crm', 'writer', 'invalid', undefined],
    ]);
    assert.deepEqual(await refused(() => send('writer', 'PATCH', crm, `{"${secret}`)), [
      ...['provisioning.switch', 'crm', 'writer', 'invalid', undefined],
    ]);
    const evil = { origin: 'http://elsewhere.example', authorization: `Bearer ${tokens.get('writer')}` };
    const foreign = () => red.admin(crm, { ...postJson({ status: 'held' }, evil), method: 'PATCH' });
    assert.deepEqual(await refused(foreign), [
      ...['provisioning.switch', 'crm', 'writer', 'forbidden', undefined],
    ]);
    const question = { operation: 'switch', payload: { handler: 'crm', status: 'held' }, by: 'Anna' };
    assert.deepEqual(await refused(() => ask('reads', question)), [
      ...['provisioning.switch', 'crm', 'Anna', 'forbidden', undefined],
    ]);
    const about = { operation: 'switch', payload: { handler: { secret }, status: 'held' }, by: { secret } };
    assert.deepEqual(await refused(() => ask('all', about)), [
      ...['provisioning.switch', undefined, null, 'invalid', undefined],
    ]);
    // Whom Node-RED itself turns away, it tells of itself.
    const since = red.log.length;
    await send('reader', 'PATCH', crm, { status: 'held' });
    await red.printed(/"event":"permission\.fail","permissions":"provisioning\.write"/);
    assert.deepEqual(entries(since), []);
  });

  it('tells nothing of what only reads or counts, but of what can not count', async () => {
    const since = '2026-01-31T12:00:00Z';
    const counted = await toldOf(async () => {
      for (const path of ['replay', 'events/replay', 'cancel'])
        assert.ok((await send('writer', 'POST', `${here}/${path}`, { filter: {}, dryRun: true })).ok, path);
      const missed = `${here}/handlers/crm/deliver`;
      assert.ok((await send('writer', 'POST', missed, { since, dryRun: true })).ok);
      for (const operation of ['replay-all', 'replay-events', 'cancel-all'])
        assert.ok((await ask('all', { operation, payload: { filter: {}, dryRun: true } })).ok, operation);
      await ask('all', { operation: 'executions' });
      await send('admin', 'POST', `${here}/exports`);
      await red.admin('provisioning/registries', {
        headers: { authorization: `Bearer ${tokens.get('admin')}` },
      });
    });
    assert.deepEqual(counted, []);
    const path = `${here}/events/none/replay`;
    const [entry] = await toldOf(() => send('writer', 'POST', path, { dryRun: true }));
    assert.equal(entry?.event, 'provisioning.replay-event');
  });

  it('has nothing of what was sent', () => {
    const told = entries(0);
    assert.ok(told.length > 40);
    assert.ok(!JSON.stringify(told).includes(secret));
    assert.ok(!JSON.stringify(told).includes('password'));
  });
});
