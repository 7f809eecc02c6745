import assert from 'node:assert/strict';
import { catching, code, fewNodes, placed } from '../support/core-flow.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses } from '../support/node-statuses.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

const newer = (node: FlowNode): FlowNode => ({ ...node, configVersion: 99 });
const why = /configVersion: is 99, but this version of the package knows 1 at most: update/;

describe('a node that a newer version of the package has saved', function () {
  this.timeout(30_000);
  let red: NodeRed;

  before(async () => {
    red = await startNodeRed({
      settings: fewNodes,
      flows: [
        tab,
        registry(),
        newer(registry({ id: 'later', name: 'Later' })),
        newer(httpHandler('http://127.0.0.1:1/')),
        newer(intakeNode('/in', { id: 'event' })),
        newer(eventNode({ id: 'plain' })),
        newer(executor()),
        newer(placed('log', 'provisioning-log', { registry: 'registry' })),
        newer(placed('query', 'provisioning-query', { registry: 'registry' })),
        newer(placed('in', 'provisioning-handler-in', { handler: 'handler' })),
        newer(placed('reply', 'provisioning-handler-reply', { wires: [] })),
        placed('start', 'inject', { props: [], wires: [['executor', 'reply', 'event']] }),
        catching('catch', ['executor', 'reply', 'event'], 'told'),
        code('told', 'node.warn("caught from " + msg.error.source.id + ": " + msg.error.message);', []),
      ],
    });
  });
  after(() => red.kill9());

  it('is not in force, and says what to do', async () => {
    const statuses = await followStatuses(red);
    for (const node of ['event', 'plain', 'executor', 'log', 'query', 'in', 'reply']) {
      const { text } = await statuses.become(node, ({ fill }) => fill === 'red');
      assert.match(text ?? '', /configVersion: is 99/, node);
    }
    statuses.close();
    const views = await red.get<{ id: string; state: string; error?: string }[]>('provisioning/registries');
    const errorOf = (id: string) => views.find((view) => view.id === id)?.error ?? '';
    assert.match(errorOf('later'), why);
    assert.match(errorOf('registry'), /^1 handler is not in force: handler "Handler": configVersion: is 99/);
  });

  it('keeps its intake path, and has senders come back later', async () => {
    const response = await red.node('/in', postJson(envelope()));
    assert.equal(response.status, 503);
    assert.ok(Number(response.headers.get('retry-after')) > 0);
  });

  it('makes an error of each message', async () => {
    await red.admin('inject/start', { method: 'POST' });
    for (const node of ['executor', 'reply', 'event']) {
      assert.match(await red.printed(new RegExp(`caught from ${node}: `)), why);
    }
  });
});
