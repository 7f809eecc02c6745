import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { InvalidInput } from '../../src/engine/words/errors.ts';
import { type EventSource, envelopeOf, keyOf } from '../../src/runtime/message.ts';
import { textsOf } from '../support/texts.ts';

// Node-RED's own evaluation of properties and its own texts, without its runtime.
const { util } = createRequire(import.meta.url)('node-red') as NodeAPI;

describe("an event node's envelope", () => {
  let RED: NodeAPI;
  before(async () => {
    RED = { util, _: await textsOf('provisioning-event') } as NodeAPI;
  });

  const node = { id: 'n1', type: 'provisioning-event' } as unknown as Node;
  const made = (source: EventSource, msg: object) => envelopeOf(RED, node, source, msg as NodeMessageInFlow);
  const refusal = async (source: EventSource, msg: object) => {
    const error = await made(source, msg).then(
      () => assert.fail('it was not refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof InvalidInput);
    return error;
  };
  const envelope = {
    event: { dt: '2026-01-31T12:00:00+00:00', events_id: 'clients.create', object_id: 12, tenant: 'a' },
    data: { id: 12 },
  };

  it('is the one that the message has, whatever the node says', async () => {
    const source = { eventType: 'clients.delete', objectId: '5', objectIdType: 'str' };
    assert.deepEqual(await made(source, { payload: envelope }), envelope);
  });

  it('is not put right when the one that the message has is wrong', async () => {
    const wrong = { ...envelope, event: { ...envelope.event, dt: '2026-01-31' } };
    const { issues } = await refusal({ eventType: 'clients.create' }, { payload: wrong });
    assert.deepEqual(
      issues.map(({ field }) => field),
      ['event.dt'],
    );
  });

  it('is told of data that it lacks', async () => {
    const { issues } = await refusal({ eventType: 'clients.create' }, { payload: { event: envelope.event } });
    assert.deepEqual(issues, [
      { field: 'data', message: 'is missing: an object is needed ({} when there is nothing to say)' },
    ]);
  });

  it('is made of what some other system calls event and data', async () => {
    const payload = { event: 'user.created', data: { id: 12 } };
    assert.deepEqual((await made({ eventType: 'users.create' }, { objectId: 12, payload })).data, payload);
  });

  it("is made of the node's type, msg.objectId and msg.payload by default", async () => {
    const before = Date.now();
    const { event, data } = await made(
      { eventType: 'clients.create' },
      { objectId: 12, payload: { id: 12 } },
    );
    assert.deepEqual([event.events_id, event.object_id, data], ['clients.create', 12, { id: 12 }]);
    assert.match(event.dt, /\+00:00$/);
    const time = Date.parse(event.dt);
    assert.ok(before <= time && time <= Date.now());
  });

  it('is of the type that the message says when the node says none', async () => {
    const msg = { eventType: 'clients.update', objectId: 'a', payload: {} };
    assert.equal((await made({ eventType: '' }, msg)).event.events_id, 'clients.update');
  });

  for (const [type, value, result] of [
    ['str', 'x-1', 'x-1'],
    ['num', '7', 7],
    ['msg', 'client.id', 12],
    ['jsonata', 'client.id + 1', 13],
    ['env', 'PROVISIONING_TEST_ID', 'from-env'],
  ] as const)
    it(`takes its object id from ${type} ${value}`, async () => {
      process.env['PROVISIONING_TEST_ID'] = 'from-env';
      try {
        const source = { eventType: 'clients.create', objectId: value, objectIdType: type };
        const { event } = await made(source, { client: { id: 12 }, payload: {} });
        assert.equal(event.object_id, result);
      } finally {
        delete process.env['PROVISIONING_TEST_ID'];
      }
    });

  it('takes its data from where the node says', async () => {
    const source = { eventType: 'clients.create', data: '{"id":5}', dataType: 'json' };
    assert.deepEqual((await made(source, { objectId: 1 })).data, { id: 5 });
  });

  for (const [what, source, msg, field, message] of [
    [
      'nobody names its type',
      {},
      { objectId: 1, payload: {} },
      'event.events_id',
      /such as "clients.create"$/,
    ],
    [
      'its type is no type',
      { eventType: 'a b' },
      { objectId: 1, payload: {} },
      'event.events_id',
      /joined by dots/,
    ],
    ['the message has no object id', { eventType: 'a' }, { payload: {} }, 'event.object_id', /^is missing/],
    [
      'its data is no object',
      { eventType: 'a' },
      { objectId: 1, payload: 'text' },
      'data',
      /^must be an object/,
    ],
    [
      'it is an envelope that nobody has parsed',
      { eventType: 'a' },
      { payload: JSON.stringify(envelope) },
      'data',
      /^is JSON text, not an object: parse it first \(in a flow, put a json node before this one\)$/,
    ],
    [
      'its payload is the bytes of JSON text',
      {},
      { payload: Buffer.from(' [{"event":{}}]') },
      'data',
      /^is JSON text/,
    ],
    [
      'its object id can not be evaluated',
      { eventType: 'a', objectId: '$sum(', objectIdType: 'jsonata' },
      { payload: {} },
      'objectId',
      /^can not be evaluated \(jsonata \$sum\(\): ./,
    ],
    [
      'its data can not be evaluated',
      { eventType: 'a', data: '{', dataType: 'json' },
      { objectId: 1 },
      'data',
      /^can not be evaluated \(json \{\): ./,
    ],
  ] as const)
    it(`is refused when ${what}`, async () => {
      const { issues } = await refusal(source, msg);
      assert.deepEqual(
        issues.map((issue) => issue.field),
        [field],
      );
      assert.match(issues[0]?.message ?? '', message);
    });
});

describe("an event node's key", () => {
  let RED: NodeAPI;
  before(async () => {
    RED = { util, _: await textsOf('provisioning-event') } as NodeAPI;
  });
  const keyed = (source: EventSource, msg: object, id = 'n1') =>
    keyOf(RED, { id } as Node, source, msg as NodeMessageInFlow);

  for (const [what, source, msg] of [
    ['the node names none', {}, { key: 'a' }],
    ['it is empty', { key: '', keyType: 'msg' }, { '': 'a' }],
    ['the message has none', { key: 'key' }, {}],
    ['that of the message is null', { key: 'key' }, { key: null }],
    ['that of the message is empty', { key: 'key', keyType: 'msg' }, { key: '' }],
  ] as const)
    it(`is none when ${what}`, async () => assert.equal(await keyed(source, msg), undefined));

  it('is the same for the same value at the same node, and whatever else the message holds', async () => {
    const source = { key: 'payload.id', keyType: 'msg' };
    const first = await keyed(source, { payload: { id: 5, balance: 1 } });
    assert.ok(first);
    assert.deepEqual(await keyed(source, { payload: { id: '5', balance: 2 } }), first);
    assert.deepEqual(await keyed({ key: '"5"', keyType: 'jsonata' }, {}), first);
    assert.notEqual((await keyed(source, { payload: { id: 6 } }))?.key, first.key);
    assert.notEqual((await keyed(source, { payload: { id: 5 } }, 'n2'))?.key, first.key);
  });

  for (const value of [true, {}, [], Number.NaN])
    it(`is refused when it is ${JSON.stringify(value)}`, async () => {
      await assert.rejects(keyed({ key: 'key' }, { key: value }), {
        message: 'event node: key: must be a text or a number',
      });
    });

  it('is refused when it can not be evaluated', async () => {
    await assert.rejects(keyed({ key: '$sum(', keyType: 'jsonata' }, {}), {
      message: /^event node: key: can not be evaluated \(jsonata \$sum\(\): ./,
    });
  });
});
