import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Node, NodeMessageInFlow } from 'node-red';
import helper, { type TestFlowsItem } from 'node-red-node-test-helper';
import provisioningEvent from '../../nodes/provisioning-event.ts';
import provisioningExecutor from '../../nodes/provisioning-executor.ts';
import provisioningHandler from '../../nodes/provisioning-handler.ts';
import provisioningQuery from '../../nodes/provisioning-query.ts';
import provisioningRegistry from '../../nodes/provisioning-registry.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { envelope, eventNode, executor, httpHandler, registry, tab } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Message = NodeMessageInFlow & {
  readonly provisioning?: {
    readonly status: string;
    readonly executions: readonly { readonly code: number }[];
  };
  readonly error?: { readonly message: string; readonly code: string };
  readonly mine?: string;
};

const nodes = [
  provisioningRegistry,
  provisioningHandler,
  provisioningEvent,
  provisioningExecutor,
  provisioningQuery,
];

/** What Node-RED sees of the nodes: the messages on their wires, and which inputs they call done. */
describe('the wires of the nodes', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let status = 200;

  const at = (id: string, type: string, properties: object = {}) => ({
    id,
    type,
    z: 'tab',
    x: 1,
    y: 1,
    ...properties,
  });
  const come = async (id: string): Promise<Message> => {
    const [msg] = await once(helper.getNode(id) as Node, 'input');
    return msg as Message;
  };
  const send = (id: string, msg: object) => (helper.getNode(id) as Node).receive(msg as NodeMessageInFlow);

  before(async () => {
    receiver = await misbehavingServer(({ response }) => {
      response.statusCode = status;
      response.end('{"known":true}');
    });
    helper.init(createRequire(import.meta.url).resolve('node-red'));
    helper.settings({ userDir: temporaryFolder('wires-') } as never);
    await helper.load(
      nodes as never,
      [
        tab,
        registry(),
        httpHandler(`${receiver.url}/crm`, { events: ['clients.*'] }),
        eventNode({ wires: [['executor']] }),
        executor({ wires: [['succeeded'], ['failed'], ['parked']] }),
        at('query', 'provisioning-query', { registry: 'registry', wires: [['answer']] }),
        ...['succeeded', 'failed', 'parked', 'answer', 'caught', 'complete'].map((id) => at(id, 'helper')),
        at('catch', 'catch', { scope: ['event', 'query'], wires: [['caught']] }),
        at('done', 'complete', { scope: ['event', 'executor', 'query'], wires: [['complete']] }),
      ] as TestFlowsItem[],
    );
  });
  after(async () => {
    await helper.unload();
    await receiver.close();
  });

  it('lead what a handler answered, with what the flow put into the message, and each input is called done', async () => {
    const [succeeded, ended] = [come('succeeded'), come('complete')];
    send('event', { payload: envelope(1), mine: 'kept' });
    const { provisioning, mine, payload } = await succeeded;
    assert.deepEqual(
      [provisioning?.status, provisioning?.executions[0]?.code, mine],
      ['succeeded', 200, 'kept'],
    );
    assert.deepEqual(payload, envelope(1));
    assert.equal((await ended).mine, 'kept');
  });

  it('part by what came of the event', async () => {
    status = 400;
    const failed = come('failed');
    send('event', { payload: envelope(2) });
    assert.equal((await failed).provisioning?.executions[0]?.code, 400);
    status = 200;
  });

  it('lead an answer on, and what is wrong to a Catch node, with the message as it came', async () => {
    const [answer, ended] = [come('answer'), come('complete')];
    send('query', { operation: 'handlers', mine: 'kept' });
    const { payload, mine } = await answer;
    const [handler] = (payload as { items: { name: string }[] }).items;
    assert.deepEqual([handler?.name, mine], ['Handler', 'kept']);
    await ended;
    for (const [id, msg, said] of [
      ['event', { payload: { event: {} }, mine: 'kept' }, /events_id/],
      ['query', { operation: 'nothing', payload: 1, mine: 'kept' }, /must be one of registry/],
    ] as const) {
      const caught = come('caught');
      send(id, msg);
      const { error, ...rest } = await caught;
      assert.match(error?.message ?? '', said);
      assert.deepEqual([rest.payload, rest.mine], [msg.payload, 'kept']);
    }
  });
});
