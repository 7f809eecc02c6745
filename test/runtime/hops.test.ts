import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
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

interface Row {
  readonly status: string;
  readonly code: number | null;
  readonly response: string | null;
}

const entrance = (handler: string, wires: string[]): FlowNode => ({
  id: `entrance ${handler}`,
  type: 'provisioning-handler-in',
  z: 'tab',
  x: 1,
  y: 1,
  handler,
  wires: [wires],
});

describe('handlers that lead to events which they are called for', function () {
  this.timeout(30_000);
  let red: NodeRed;
  const here = 'provisioning/registries/registry';

  before(async () => {
    const flows = [tab, registry(), intakeNode('/in'), executor()];
    red = await startNodeRed({ flows });
    await red.deploy([
      ...flows,
      httpHandler(`${red.url}/in`, { id: 'loop', events: ['clients.*'] }),
      httpHandler(`${red.url}/${here}/events`, { id: 'past', events: ['admin.*'] }),
      httpHandler(`${red.url}/provisioning/nodes/button/fire`, { id: 'press', events: ['button.*'] }),
      eventNode({ id: 'button', eventType: 'button.press' }),
      httpHandler('', { id: 'around', events: ['pbx.*'], handlerType: 'flow' }),
      entrance('around', ['again', 'reply']),
      // Each has its turn by a flow that goes on to the other's executor.
      httpHandler('', { id: 'there', events: ['two.*'], handlerType: 'flow' }),
      entrance('there', ['over there', 'reply']),
      registry({ id: 'other' }),
      executor({ id: 'over there', registry: 'other' }),
      httpHandler('', { id: 'back', events: ['two.*'], handlerType: 'flow', registry: 'other' }),
      entrance('back', ['executor', 'reply']),
      eventNode({ id: 'again' }),
      { id: 'reply', type: 'provisioning-handler-reply', z: 'tab', x: 1, y: 1, wires: [] },
    ]);
  });
  after(() => red.kill9());

  const rows = async (eventType: string) =>
    (await red.get<{ items: Row[] }>(`${here}/executions?eventType=${eventType}&limit=500`)).items;

  it('are stopped by the intake after 16 hops, and their row says why', async () => {
    assert.equal((await red.node('/in', postJson(envelope(1)))).status, 202);
    const [failed] = await eventually('the last call is refused', async () => {
      const items = await rows('clients.create');
      return items.some(({ status }) => status === 'failed') && items.filter(({ code }) => code === 400);
    });
    assert.match(
      failed?.response ?? '',
      /provisioning-hops: is 17, and may be 16 at most: handlers lead to events that they are called for/,
    );
    const statuses = (await rows('clients.create')).map(({ status }) => status).sort();
    assert.deepEqual(statuses, ['failed', ...Array(16).fill('succeeded')]);
  });

  it('are stopped by the admin API, whether they fire events or press a button', async () => {
    for (const eventType of ['admin.thing', 'button.press']) {
      assert.equal((await red.admin(`${here}/events`, postJson(envelope(5, eventType)))).status, 202);
      const items = await eventually('the last call is refused', async () => {
        const all = await rows(eventType);
        return all.some(({ status }) => status === 'failed') && all;
      });
      assert.deepEqual(items.map(({ code }) => code).sort(), [...Array(16).fill(202), 400]);
    }
  });

  it('are stopped by the event node when they go around in a flow', async () => {
    const response = await red.admin(`${here}/events`, postJson(envelope(2, 'pbx.ring')));
    assert.equal(response.status, 202);
    await red.printed(
      /\[provisioning-event:again\] .*msg\.provisioning\.hops: is 17, and may be 16 at most: handlers/,
    );
    assert.equal((await rows('pbx.ring')).length, 17);
  });

  it('are stopped by the executor when they go around between two registries', async () => {
    const response = await red.admin(`${here}/events`, postJson(envelope(4, 'two.ring')));
    assert.equal(response.status, 202);
    await red.printed(
      /\[provisioning-executor:over there\] .*msg\.provisioning\.hops: is 17, and may be 16 at most: handlers/,
    );
    assert.equal((await rows('two.ring')).length, 9);
  });

  it('have to say how many hops there were, if they say anything', async () => {
    for (const [hops, status] of [
      ['0', 202],
      ['16', 202],
      ['17', 400],
      ['', 400],
      ['-1', 400],
      ['1, 1', 400],
      ['many', 400],
    ] as const) {
      const request = postJson(envelope(3, 'other.thing'), { 'provisioning-hops': hops });
      const answer = await red.node('/in', request);
      assert.equal(answer.status, status, hops);
      const { error } = (await answer.json()) as { error?: { issues: { field: string }[] } };
      if (status === 400) assert.equal(error?.issues[0]?.field, 'provisioning-hops');
    }
  });
});
