import assert from 'node:assert/strict';
import { catching, code, fewNodes, placed } from '../support/core-flow.ts';
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
      settings: fewNodes,
      flows: [
        tab,
        registry(),
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

  for (const [index, way] of ways.entries()) {
    it(`${way} holds nobody up, more than the window holds as they are`, async () => {
      for (let batch = 0; batch < 2; batch += 1) {
        const events = Array.from({ length: 600 }, (_, one) => envelope(`${way} ${600 * batch + one}`));
        assert.equal((await red.node(`/way-${index}`, postJson(events))).status, 202);
      }
      const kept = await red.node('/kept', postJson(envelope(`after ${way}`)));
      assert.equal(kept.status, 202);
      await eventually('the next event is delivered', () =>
        receiver.received.some(({ body }) => JSON.parse(body).event.object_id === `after ${way}`),
      );
    });
  }
});
