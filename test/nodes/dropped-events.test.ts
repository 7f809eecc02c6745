import assert from 'node:assert/strict';
import { catching, code, placed } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

const inSubflow = (id: string, type: string, properties: Readonly<Record<string, unknown>>) =>
  placed(id, type, { ...properties, z: 'filter' });

/** Flows that drop all of their events, each in its way. */
const dropping = {
  'into a function that drops them': [code('into a function that drops them', 'return null;', [])],
  'into a function that drops them later': [
    code('into a function that drops them later', 'setTimeout(() => node.done(), 10);', []),
  ],
  'into a switch': [
    placed('into a switch', 'switch', {
      property: 'payload.data.name',
      propertyType: 'msg',
      rules: [{ t: 'eq', v: 'Boris', vt: 'str' }],
      checkall: 'true',
      outputs: 1,
      wires: [[]],
    }),
  ],
  'to nobody': [],
  'behind a link': [
    placed('behind a link', 'link out', { mode: 'link', links: ['link in'], wires: [] }),
    placed('link in', 'link in', { links: ['behind a link'], wires: [['dropped']] }),
    code('dropped', 'return null;', []),
  ],
  'into a subflow': [
    {
      id: 'filter',
      type: 'subflow',
      name: 'Filter',
      info: '',
      in: [{ x: 40, y: 40, wires: [{ id: 'inside' }] }],
      out: [],
    },
    inSubflow('inside', 'function', { func: 'return null;', outputs: 1, libs: [], wires: [[]] }),
    placed('into a subflow', 'subflow:filter', { wires: [] }),
  ],
  'into an error that is caught': [
    code('into an error that is caught', "throw new Error('not this one');", []),
    catching('caught', ['into an error that is caught'], 'kept to itself'),
    code('kept to itself', 'return null;', []),
  ],
};

describe('a flow that drops events', function () {
  this.timeout(60_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;
  const ways = Object.keys(dropping);

  before(async () => {
    receiver = await misbehavingServer();
    red = await startNodeRed({
      flows: [
        tab,
        registry({ claimSeconds: 10 }),
        httpHandler(`${receiver.url}/handler`),
        executor(),
        intakeNode('/kept', { id: 'kept', wires: [['executor']] }),
        ...ways.map((way, index) => intakeNode(`/way-${index}`, { id: `event ${index}`, wires: [[way]] })),
        ...Object.values(dropping).flat(),
      ],
    });
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });

  const drop = async (way: number, from: number, count: number) => {
    const events = Array.from({ length: count }, (_, one) => envelope(`${ways[way]} ${from + one}`));
    assert.equal((await red.node(`/way-${way}`, postJson(events))).status, 202);
  };
  const unclaimed = async () =>
    (
      await red.get<{ items: unknown[] }>(
        'provisioning/registries/registry/events?status=unclaimed&limit=500',
      )
    ).items.length;

  it('shows first that it drops them', async () => {
    await drop(0, 0, 500);
    await eventually('they are unclaimed', async () => (await unclaimed()) === 500, 30_000);
  });

  for (const [index, way] of ways.entries()) {
    it(`${way} holds nobody up then, with more than the window holds`, async () => {
      await drop(index, 1000, 600);
      await drop(index, 2000, 600);
      const began = performance.now();
      const kept = await red.node('/kept', postJson(envelope(`after ${way}`)));
      assert.equal(kept.status, 202);
      await eventually('the next event is delivered', () =>
        receiver.received.some(({ body }) => JSON.parse(body).event.object_id === `after ${way}`),
      );
      assert.ok(performance.now() - began < 8000, 'before the dropped ones have had their time');
    });
  }

  it('leaves events of an event node that is gone to be unclaimed, and lets others of their objects go', async () => {
    const hold = { id: 'old', wires: [['hold']] };
    const withOld = [intakeNode('/old', hold), code('hold', "context.set('held', msg); return null;", [])];
    const flows = await red.flows();
    await red.deploy([...flows, ...withOld]);
    assert.equal((await red.node('/old', postJson([envelope('moved'), envelope('moved')]))).status, 202);
    await red.deploy(flows);
    const began = performance.now();
    assert.equal((await red.node('/kept', postJson(envelope('moved')))).status, 202);
    await eventually(
      'the one after them is delivered',
      () => receiver.received.some(({ body }) => JSON.parse(body).event.object_id === 'moved'),
      40_000,
    );
    assert.ok(performance.now() - began > 9000, 'not before they have had their time');
    const items = await eventually('it has succeeded', async () => {
      const { items } = await red.get<{ items: { status: string }[] }>(
        'provisioning/registries/registry/events?objectId=moved',
      );
      return items.some(({ status }) => status === 'succeeded') && items;
    });
    assert.deepEqual(items.map(({ status }) => status).sort(), ['succeeded', 'unclaimed', 'unclaimed']);
  });
});
