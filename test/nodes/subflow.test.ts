import assert from 'node:assert/strict';
import { fewNodes, placed } from '../support/core-flow.ts';
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

interface View {
  readonly id: string;
  readonly state: string;
  readonly handlers: number;
  readonly error?: string;
}

describe('a subflow', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer();
    const inside = { z: 'subflow' };
    red = await startNodeRed({
      settings: fewNodes,
      flows: [
        tab,
        { id: 'subflow', type: 'subflow', name: 'Provisioning', info: '', in: [], out: [] },
        placed('instance', 'subflow:subflow', { wires: [] }),
        registry(),
        registry({ id: 'registry-inside', name: 'Registry inside', ...inside }),
        httpHandler(`${receiver.url}/outside`, { id: 'outside', name: 'Handler outside' }),
        httpHandler(`${receiver.url}/inside`, { id: 'inside', name: 'Handler inside', ...inside }),
        executor({ id: 'executor-inside', ...inside }),
        intakeNode('/in'),
        executor(),
      ],
    });
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });

  const refusal = /can not stand in a subflow: move it to a tab, or make it global/;

  it('may not hold a registry: the log and the API say so', async () => {
    const views = await red.get<View[]>('provisioning/registries');
    const refused = views.filter(({ id }) => id !== 'registry');
    assert.ok(refused.length > 0);
    for (const { state, error } of refused) {
      assert.equal(state, 'error');
      assert.match(error ?? '', refusal);
    }
    assert.ok(red.log.some((line) => line.includes('registry "Registry inside"') && refusal.test(line)));
  });

  it('may not hold a handler: the log and the API say so, and nobody calls it', async () => {
    const view = await eventually('the registry is ready', async () => {
      const views = await red.get<View[]>('provisioning/registries');
      return views.find(({ id, state }) => id === 'registry' && state === 'ready');
    });
    assert.match(view.error ?? '', /not in force: .*"Handler inside"/);
    assert.match(view.error ?? '', refusal);
    assert.equal(view.handlers, 1);
    assert.ok(red.log.some((line) => line.includes('handler "Handler inside"') && refusal.test(line)));
    const response = await red.node('/in', postJson(envelope()));
    assert.equal(response.status, 202);
    await eventually('it is delivered', () => receiver.received.length > 0);
    assert.deepEqual(new Set(receiver.received.map(({ path }) => path)), new Set(['/outside']));
  });
});
