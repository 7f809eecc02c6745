import assert from 'node:assert/strict';
import {
  answering,
  catching,
  code,
  completing,
  fewNodes,
  httpIn,
  httpResponse,
} from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
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

interface Told {
  readonly envelope: { event: Record<string, unknown>; data: Record<string, unknown> };
  readonly provisioning: Record<string, unknown>;
  readonly note?: string;
  readonly error?: string;
}

const typed = { objectIdType: 'str', objectId: 'x', dataType: 'json', data: '{}' };

/** What an event node is told to look at, and what it makes of it. */
const sources: Record<string, { node: object; objectId?: string | number; data?: object }> = {
  'a property of the message': {
    node: { objectId: 'payload.client.id', objectIdType: 'msg', data: 'payload.client', dataType: 'msg' },
    objectId: 7,
    data: { id: 7, name: 'Zoë' },
  },
  'msg.objectId and msg.payload, unless it says otherwise': {
    node: { objectId: undefined, objectIdType: undefined, data: undefined, dataType: undefined },
    objectId: 'of the message',
    data: { client: { id: 7, name: 'Zoë' } },
  },
  'the context of the flow': {
    node: { ...typed, objectIdType: 'flow', objectId: 'client.id', dataType: 'flow', data: 'client' },
    objectId: 'of the flow',
    data: { id: 'of the flow' },
  },
  'the global context': {
    node: { ...typed, objectIdType: 'global', objectId: 'client.id', dataType: 'global', data: 'client' },
    objectId: 'of all flows',
    data: { id: 'of all flows' },
  },
  'text and JSON': {
    node: { ...typed, objectId: "it's", data: '{"quotes":"\\"","list":[1,null]}' },
    objectId: "it's",
    data: { quotes: '"', list: [1, null] },
  },
  'a number': { node: { ...typed, objectIdType: 'num', objectId: '4711' }, objectId: 4711 },
  JSONata: {
    node: {
      ...typed,
      objectIdType: 'jsonata',
      objectId: 'payload.client.id * 2',
      dataType: 'jsonata',
      data: '{"shouted": $uppercase(payload.client.name)}',
    },
    objectId: 14,
    data: { shouted: 'ZOË' },
  },
  'the environment': {
    node: { ...typed, objectIdType: 'env', objectId: 'TENANT' },
    objectId: 'of the environment',
  },
};

const refused: Record<string, { node: object; says: RegExp }> = {
  'the object is not there': {
    node: { ...typed, objectIdType: 'msg', objectId: 'nobody' },
    says: /event\.object_id: is missing: a number or a string is needed/,
  },
  'data is no object': {
    node: { ...typed, dataType: 'str', data: 'text' },
    says: /data: must be an object/,
  },
  'JSON is none': {
    node: { ...typed, data: '{' },
    says: /event node: data: can not be evaluated \(json \{\)/,
  },
  'JSONata is none': {
    node: { ...typed, objectIdType: 'jsonata', objectId: '$nothing(' },
    says: /event node: objectId: can not be evaluated \(jsonata/,
  },
  'the type is none': {
    node: { ...typed, eventType: 'no type' },
    says: /event\.events_id: must be segments/,
  },
  'no type is named': { node: { ...typed, eventType: '' }, says: /event\.events_id: must be a string/ },
};

describe('an event node', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer();
    const nodes = Object.entries({ ...sources, ...refused }).map(([name, { node }]) =>
      eventNode({ id: `event ${name}`, eventType: 'clients.create', wires: [['told', 'executor']], ...node }),
    );
    red = await startNodeRed({
      settings: fewNodes,
      env: { TENANT: 'of the environment' },
      flows: [
        tab,
        registry(),
        httpHandler(receiver.url),
        ...Object.keys({ ...sources, ...refused }).map((name, index) =>
          httpIn(`/case-${index}`, `seed ${name}`),
        ),
        ...Object.keys({ ...sources, ...refused }).map((name) =>
          code(
            `seed ${name}`,
            `flow.set('client', { id: 'of the flow' });
             global.set('client', { id: 'of all flows' });
             return { ...msg, objectId: 'of the message', note: 'kept' };`,
            [`event ${name}`],
          ),
        ),
        ...nodes,
        answering('told', 'envelope: msg.payload, provisioning: msg.provisioning, note: msg.note'),
        eventNode({ id: 'button', eventType: 'clients.custom_fields.update' }),
        httpIn('/keyed', 'answer keyed'),
        code('answer keyed', 'return [msg, { ...msg, payload: {} }];', ['event keyed'], ['response']),
        eventNode({ id: 'event keyed', key: 'payload.data.request', keyType: 'msg', wires: [['executor']] }),
        eventNode({ id: 'blank-button', eventType: '' }),
        executor(),
        catching('caught', [], 'tell error'),
        answering('tell error', 'error: msg.error.message, note: msg.note'),
        completing(
          'completed',
          nodes.map(({ id }) => id),
          'count',
        ),
        code('count', "node.warn('completed ' + msg._msgid); return null;"),
        httpResponse,
      ].map((node) => (node.id === 'caught' ? { ...node, scope: nodes.map(({ id }) => id) } : node)),
    });
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });

  const names = Object.keys({ ...sources, ...refused });
  async function send(name: string, message: unknown = { client: { id: 7, name: 'Zoë' } }): Promise<Told> {
    const response = await red.node(`/case-${names.indexOf(name)}`, postJson(message));
    assert.equal(response.status, 200);
    return (await response.json()) as Told;
  }

  for (const [name, { objectId, data }] of Object.entries(sources)) {
    it(`makes an event of ${name}`, async () => {
      const before = Date.now();
      const { envelope: made, provisioning, note } = await send(name);
      const { dt, ...rest } = made.event;
      assert.deepEqual(rest, { events_id: 'clients.create', object_id: objectId ?? 'x' });
      assert.match(String(dt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
      assert.ok(Date.parse(String(dt)) >= before && Date.parse(String(dt)) <= Date.now());
      assert.deepEqual(made.data, data ?? {});
      assert.equal(note, 'kept');
      const { eventId, ...told } = provisioning;
      assert.deepEqual(told, {
        registry: 'registry',
        eventType: 'clients.create',
        objectId: String(objectId ?? 'x'),
      });
      assert.match(String(eventId), /^ev-/);
      const stored = await red.get<{ objectId: string }>(
        `provisioning/registries/registry/events/${eventId}`,
      );
      assert.equal(stored.objectId, String(objectId ?? 'x'));
    });
  }

  it('lets an envelope pass as it is, whatever it is told to make', async () => {
    const given = { ...envelope('given', 'my.own.type'), extra: { kept: true } };
    const { envelope: made, provisioning } = await send('text and JSON', given);
    assert.deepEqual(made, given);
    assert.equal(provisioning['eventType'], 'my.own.type');
  });

  for (const [name, { says }] of Object.entries(refused)) {
    it(`says so when ${name}, and accepts nothing`, async () => {
      const count = async () =>
        (await red.get<{ items: unknown[] }>('provisioning/registries/registry/events?limit=500')).items
          .length;
      const before = await count();
      const { error, note } = await send(name);
      assert.match(error ?? '', says);
      assert.equal(note, 'kept');
      assert.equal(await count(), before);
    });
  }

  it('is done with each message once', async () => {
    const completed = () => red.log.flatMap((line) => /completed (\S+)/.exec(line)?.[1] ?? []);
    const before = completed().length;
    for (const name of Object.keys(sources)) await send(name);
    await eventually('all are done', () => completed().length === before + Object.keys(sources).length);
    assert.equal(new Set(completed()).size, completed().length);
  });

  it('fires the sample of its type at its button', async () => {
    const response = await red.admin('provisioning/nodes/button/fire', postJson({}));
    assert.equal(response.status, 202);
    const { id } = (await response.json()) as { id: string };
    const call = await eventually('it is delivered', () =>
      receiver.received.find(({ headers }) => headers['webhook-id'] === `${id}_handler`),
    );
    const items = await red.get<{ items: { id: string; sample: { event: object; data: object } }[] }>(
      'provisioning/registries/registry/catalogue',
    );
    const sample = items.items.find((type) => type.id === 'clients.custom_fields.update')?.sample;
    const { event, data } = JSON.parse(call.body);
    assert.deepEqual({ ...event, dt: '' }, { ...sample?.event, dt: '' });
    assert.deepEqual(data, sample?.data);
  });

  it('without a type has nothing to fire', async () => {
    const response = await red.admin('provisioning/nodes/blank-button/fire', postJson({}));
    assert.equal(response.status, 400);
    assert.match(await response.text(), /eventType: is missing/);
    assert.equal((await red.admin('provisioning/nodes/nobody/fire', postJson({}))).status, 404);
  });

  it('makes one event of messages with the same key, also after a crash', async () => {
    const known = async () =>
      (
        await red.get<{ items: { objectId: string; eventType: string }[] }>(
          'provisioning/registries/registry/events?eventType=keyed.one&limit=50',
        )
      ).items.map(({ objectId }) => objectId);
    const say = async (objectId: number, request?: string | number) => {
      const { event } = envelope(objectId, 'keyed.one');
      await red.node('/keyed', postJson({ event, data: { request } }));
    };
    await say(1, 'a');
    await say(2, 'a');
    await say(3);
    await eventually('two events', async () => (await known()).length === 2);
    const { userDir } = red;
    await red.kill9();
    red = await startNodeRed({ settings: fewNodes, userDir });
    await say(4, 'a');
    await say(5, 'b');
    await eventually('another one', async () => (await known()).length === 3);
    assert.deepEqual(await known(), ['5', '3', '1']);
  });
});
