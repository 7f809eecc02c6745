import assert from 'node:assert/strict';
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

const users = [
  user('admin', '*'),
  user('reader', 'read'),
  user('writer', ['provisioning.write']),
  user('exact', ['provisioning.read']),
];

const reads = [
  'provisioning/registries',
  'provisioning/registries/registry/catalogue',
  'provisioning/registries/registry/handlers',
  'provisioning/registries/registry/executions',
  'provisioning/registries/registry/executions/none',
  'provisioning/registries/registry/events',
  'provisioning/registries/registry/events/none',
  'provisioning/registries/registry/stats',
  'provisioning/registries/registry/histogram',
  'provisioning/registries/registry/changes',
  'provisioning/doctor',
];

const writes: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ['PATCH', 'provisioning/registries/registry/handlers/handler', { status: 'enabled' }],
  ['PATCH', 'provisioning/registries/registry', { status: 'held' }],
  ['PATCH', 'provisioning/registries/registry', { status: 'enabled' }],
  ['POST', 'provisioning/registries/registry/events', envelope()],
  ['POST', 'provisioning/nodes/event/fire', {}],
  ['POST', 'provisioning/doctor', { handlers: [] }],
];

describe('admin API with adminAuth', function () {
  this.timeout(30_000);
  let red: NodeRed;
  const tokens = new Map<string, string>();

  before(async () => {
    const flows = [
      tab,
      registry(),
      httpHandler('http://127.0.0.1:9/'),
      eventNode({ eventType: 'clients.create' }),
      executor(),
    ];
    red = await startNodeRed({ flows, settings: { adminAuth: { type: 'credentials', users } } });
    for (const one of users) tokens.set(one.username, await signIn(red, one));
  });
  after(() => red.kill9());

  const headersOf = (user: string | null): Record<string, string> =>
    user === null ? {} : { authorization: `Bearer ${tokens.get(user)}` };

  const statusOf = async (
    user: string | null,
    path: string,
    method = 'GET',
    body?: unknown,
  ): Promise<number> => {
    const request = method === 'GET' ? { headers: headersOf(user) } : postJson(body, headersOf(user));
    return (await red.admin(path, { ...request, method })).status;
  };

  it('lets those read who may read provisioning, or everything', async () => {
    for (const path of reads) {
      const expected = path.endsWith('none') ? 404 : 200;
      assert.equal(await statusOf(null, path), 401, path);
      assert.equal(await statusOf('writer', path), 401, path);
      for (const user of ['admin', 'reader', 'exact'])
        assert.equal(await statusOf(user, path), expected, path);
    }
  });

  it('lets those write who may write provisioning, or everything', async () => {
    for (const [method, path, body] of writes) {
      for (const user of [null, 'reader', 'exact'])
        assert.equal(await statusOf(user, path, method, body), 401, `${user} ${method} ${path}`);
      for (const user of ['admin', 'writer'])
        assert.ok((await statusOf(user, path, method, body)) < 300, `${user} ${method} ${path}`);
    }
  });

  it('tells whom they refuse which permission it takes', async () => {
    const registries = 'provisioning/registries';
    const path = `${registries}/registry/events`;
    for (const [user, request, permission] of [
      [null, red.admin(registries), 'read'],
      ['writer', red.admin(registries, { headers: headersOf('writer') }), 'read'],
      [null, red.admin(path, postJson(envelope())), 'write'],
      ['reader', red.admin(path, postJson(envelope(), headersOf('reader'))), 'write'],
    ] as const) {
      const response = await request;
      assert.equal(response.status, 401);
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
      assert.equal(response.headers.has('www-authenticate'), user === null);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      assert.equal(error.code, 'unauthorized');
      assert.match(error.message, new RegExp(`permission provisioning\\.${permission}$`));
    }
  });

  it('asks who it is before it reads the body', async () => {
    const request = { ...postJson('{"not json'), method: 'PATCH' };
    assert.equal((await red.admin('provisioning/registries/registry/handlers/handler', request)).status, 401);
  });

  it('notes who has switched a handler', async () => {
    const path = 'provisioning/registries/registry/handlers/handler';
    const request = postJson({ status: 'disabled', reason: 'maintenance' }, headersOf('writer'));
    const response = await red.admin(path, { ...request, method: 'PATCH' });
    const { override } = (await response.json()) as { override: { by: string; reason: string } };
    assert.equal(override.by, 'writer');
    assert.equal(override.reason, 'maintenance');
  });

  it('notes who has replayed an execution or an event, and who has closed a circuit', async () => {
    const here = 'provisioning/registries/registry';
    const asked = async <T>(user: string, path: string, body?: object): Promise<T> => {
      const request = body ? postJson(body, headersOf(user)) : { headers: headersOf(user) };
      return (await (await red.admin(`${here}/${path}`, request)).json()) as T;
    };
    const settled = (eventId: string, count: number) =>
      eventually(`${count} that failed`, async () => {
        const path = `executions?eventId=${eventId}&status=failed`;
        const { items } = await asked<{ items: { id: string; replayOf: string | null }[] }>('exact', path);
        return items.length === count && items;
      });
    const back = { ...postJson({ status: 'enabled' }, headersOf('admin')), method: 'PATCH' };
    await red.admin(`${here}/handlers/handler`, back);
    const { id: event } = await asked<{ id: string }>('admin', 'events', envelope(77));
    const [first] = await settled(event, 1);
    const { id: second } = await asked<{ id: string }>('writer', `executions/${first?.id}/replay`, {});
    await settled(event, 2);
    const again = await asked<{ executions: string[] }>('admin', `events/${event}/replay`, {});
    await settled(event, 3);
    const ids = [first?.id, second, ...again.executions];
    const found = await Promise.all(
      ids.map((id) => asked<{ by: string | null; replayOf: string | null }>('exact', `executions/${id}`)),
    );
    assert.deepEqual(
      found.map(({ by, replayOf }) => [by, replayOf]),
      [
        [null, null],
        ['writer', first?.id],
        ['admin', second],
      ],
    );
    for (let object = 80; object < 92; object += 1) await asked('admin', 'events', envelope(object));
    await eventually('an open circuit', async () => {
      const { items } = await asked<{ items: { circuit: { state: string } }[] }>('exact', 'handlers');
      return items[0]?.circuit.state === 'open';
    });
    await asked('writer', 'handlers/handler/circuit', { state: 'closed' });
    await red.printed(/\[info\] .*registry Registry: the circuit of "Handler" was closed by "writer"$/);
  });
});
