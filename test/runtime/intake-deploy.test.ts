import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, intakeNode, postJson, registry, tab } from '../support/provisioning-flow.ts';

const base = [tab, registry(), executor()];
const first = intakeNode('/in', { id: 'first', name: 'First' });
const second = intakeNode('/in', { id: 'second', name: 'Second' });

describe('intake and deploys', function () {
  this.timeout(30_000);
  let red: NodeRed;

  before(async () => {
    red = await startNodeRed({ flows: base, settings: { runtimeState: { enabled: true, ui: true } } });
  });
  after(() => red.kill9());

  /** Which event node accepts what is sent to /in now. */
  async function receiver(): Promise<string | null> {
    const response = await red.node('/in', postJson(envelope()));
    assert.equal(response.status, 202);
    const { id } = (await response.json()) as { id: string };
    const event = await red.get<{ node: string | null }>(`provisioning/registries/registry/events/${id}`);
    return event.node;
  }

  const inUse = (line: string) => line.includes('provisioning-event:Second]') && line.includes('"First"');

  it('gives a path to the first node, and tells the second who has it', async () => {
    await red.deploy([...base, first, second]);
    assert.equal(await receiver(), 'first');
    assert.match(await red.printed(/provisioning-event:Second\] intake: path: \/in is in use/), /"First"/);
  });

  it('leaves it to the first when only that is deployed anew', async () => {
    await red.deploy([...base, first, second]);
    await red.deploy([...base, { ...first, eventType: 'clients.create' }, second], 'nodes');
    assert.equal(await receiver(), 'first');
  });

  it('hands it to the second when the first is gone, and tells it no more', async () => {
    await red.deploy([...base, first, second]);
    await red.deploy([...base, second], 'nodes');
    assert.equal(await receiver(), 'second');
    const told = red.log.filter(inUse).length;
    await red.deploy([...base, second]);
    assert.equal(red.log.filter(inUse).length, told);
  });

  it('follows a node to another path', async () => {
    await red.deploy([...base, first]);
    await red.deploy([...base, { ...first, path: '/elsewhere' }], 'nodes');
    assert.equal((await red.node('/in', postJson(envelope()))).status, 404);
    assert.equal((await red.node('/elsewhere', postJson(envelope()))).status, 202);
  });

  it('never answers 404 while flows are being deployed', async () => {
    await red.deploy([...base, first]);
    let deploying = true;
    const statuses = new Map<number, number>();
    const senders = Array.from({ length: 4 }, async () => {
      while (deploying) {
        const { status } = await red.node('/in', postJson(envelope()));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await sleep(1);
      }
    });
    // A node that takes its time to close keeps flows stopped for a while.
    const slow: FlowNode = {
      id: 'slow',
      type: 'function',
      z: 'tab',
      x: 1,
      y: 1,
      func: '',
      finalize: '',
      wires: [[]],
    };
    for (let deploy = 0; deploy < 4; deploy += 1) {
      const finalize = `return new Promise((resolve) => setTimeout(resolve, 150)) // ${deploy}`;
      await red.deploy([...base, first, { ...slow, finalize }]);
    }
    deploying = false;
    await Promise.all(senders);
    assert.deepEqual([...statuses.keys()], [202]);
  });

  it('accepts while flows are stopped, and the events go out when they start', async () => {
    await red.deploy([...base, first]);
    const setState = (state: string) => red.admin('flows/state', postJson({ state }));
    assert.ok((await setState('stop')).ok);
    await eventually(
      'flows stopped',
      async () => (await red.get<{ state: string }>('flows/state')).state === 'stop',
    );
    const response = await red.node('/in', postJson(envelope('stopped')));
    assert.equal(response.status, 202);
    const { id } = (await response.json()) as { id: string };
    assert.ok((await setState('start')).ok);
    const path = `provisioning/registries/registry/events/${id}`;
    await eventually(
      'it is taken',
      async () => (await red.get<{ status: string }>(path)).status === 'unhandled',
    );
  });

  it('answers 404 once flows run without the path', async () => {
    await red.deploy(base);
    assert.equal((await red.node('/in', postJson(envelope()))).status, 404);
  });
});
