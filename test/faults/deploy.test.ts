import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { callsSeen, descents, groupBy } from '../support/calls-seen.ts';
import { eventually } from '../support/eventually.ts';
import { type Behaviour, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type DeployType, type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { Senders } from '../support/senders.ts';

const settings = {
  runtimeState: { enabled: true, ui: false },
  provisioning: { scriptDirs: [join(import.meta.dirname, '../support/programs')] },
};
const otherTab: FlowNode = { id: 'other', type: 'tab', label: 'Unrelated' };
const sideTab: FlowNode = { id: 'side', type: 'tab', label: 'Switched off and on' };

function core(id: string, properties: Readonly<Record<string, unknown>> = {}): FlowNode {
  return { id, type: 'function', z: 'other', x: 1, y: 1, func: 'return msg;', wires: [[]], ...properties };
}

/** Events reach their executor at once from /in, after a while from /delayed, and from /side on another tab. */
function ours(url: string): FlowNode[] {
  return [
    tab,
    otherTab,
    sideTab,
    core('unrelated'),
    registry(),
    httpHandler(`${url}/first`, { id: 'first', priority: 1 }),
    httpHandler(`${url}/second`, { id: 'second', priority: 2 }),
    httpHandler(`${url}/slow`, { id: 'slow', priority: 3, events: ['clients.archive'] }),
    httpHandler('', {
      ...{ id: 'stays', priority: 4, handlerType: 'local', mode: 'resident' },
      command: 'resident.js',
    }),
    httpHandler('', {
      ...{ id: 'script', priority: 5, handlerType: 'local', events: ['clients.archive'] },
      command: 'echo-event.sh',
    }),
    httpHandler('', { id: 'through', priority: 6, handlerType: 'flow' }),
    core('entrance', { type: 'provisioning-handler-in', z: 'tab', handler: 'through', wires: [['work']] }),
    core('work', { z: 'tab', wires: [['reply']] }),
    core('reply', { type: 'provisioning-handler-reply', z: 'tab', wires: [] }),
    intakeNode('/in'),
    intakeNode('/delayed', { id: 'delayed', wires: [['delay']] }),
    {
      ...core('delay', { type: 'delay', z: 'tab', pauseType: 'delay', timeout: '100' }),
      timeoutUnits: 'milliseconds',
      wires: [['executor']],
    },
    executor(),
    intakeNode('/side', { id: 'side-event', z: 'side', wires: [['side-executor']] }),
    executor({ id: 'side-executor', z: 'side' }),
  ];
}

/** As many nodes on the same tabs, none of which is ours. */
function theirs(flow: readonly FlowNode[]): FlowNode[] {
  return flow.map((node) => {
    if (!node.type.startsWith('provisioning-')) return node;
    if (node['z'] === undefined)
      return { id: node.id, type: 'http proxy', name: node['name'], url: 'http://proxy.example' };
    return core(node.id, { z: node['z'], name: node['name'] });
  });
}

/** What is deployed, as changes of what was deployed before. */
interface Deploy {
  readonly name: string;
  readonly type: DeployType;
  readonly change: (node: FlowNode, turn: number) => FlowNode;
}

const renames =
  (...ids: string[]): Deploy['change'] =>
  (node, turn) =>
    ids.includes(node.id) ? { ...node, name: `${node.id} ${turn}` } : node;

const deploys: readonly Deploy[] = [
  { name: 'full', type: 'full', change: renames('event', 'executor') },
  { name: 'modified flows', type: 'flows', change: renames('event', 'executor', 'delay') },
  { name: 'an unrelated tab', type: 'flows', change: renames('unrelated') },
  { name: 'modified nodes', type: 'nodes', change: renames('event', 'delayed', 'executor') },
  { name: 'an unrelated node', type: 'nodes', change: renames('unrelated') },
  { name: 'only a handler', type: 'nodes', change: renames('second') },
  { name: 'handlers of each type', type: 'nodes', change: renames('first', 'stays', 'script', 'through') },
  { name: 'the way through a flow handler', type: 'nodes', change: renames('entrance', 'work', 'reply') },
  { name: 'only the registry', type: 'nodes', change: renames('registry') },
  {
    name: 'a tab switched off and on',
    type: 'flows',
    change: (node, turn) => (node.id === 'side' ? { ...node, disabled: turn % 2 === 0 } : node),
  },
];
const turns = 4;

describe('deploys under load', function () {
  this.timeout(120_000);
  let receiver: MisbehavingServer;
  let aborted = 0;
  let red: NodeRed;
  let flow: FlowNode[];
  const senders = ['/in', '/delayed'].map(
    (path, place) =>
      new Senders({
        url: () => `${red.url}${path}`,
        senders: 3,
        objectsEach: place === 0 ? 3 : 20,
        eventType: place === 0 ? 'clients.update' : 'clients.custom_fields.update',
        pause: () => 10 + Math.random() * 20,
      }),
  );
  const more: string[] = [];
  const baseline = new Map<string, number>();

  const answersInTime: Behaviour = ({ response, received: { path } }) => {
    response.on('close', () => {
      if (!response.writableFinished) aborted += 1;
    });
    setTimeout(() => response.end('ok'), path === '/slow' ? 1500 : 5);
  };

  before(async () => {
    receiver = await misbehavingServer(answersInTime);
    flow = ours(receiver.url);
    const bare = await startNodeRed({ flows: theirs(flow), settings });
    let deployed = theirs(flow);
    for (const deploy of deploys) {
      const times: number[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        deployed = deployed.map((node) => deploy.change(node, turn));
        times.push(await timeOf(() => bare.deploy(deployed, deploy.type)));
      }
      baseline.set(deploy.name, median(times));
    }
    baseline.set('stop and start', await timeOf(() => stopAndStart(bare)));
    await bare.kill9();
    red = await startNodeRed({ flows: flow, settings });
    for (const one of senders) one.start();
  });
  after(async () => {
    await Promise.all(senders.map((one) => one.stop()));
    await red.kill9();
    await receiver.close();
  });

  /** Sends events whose handler takes its time, and ones of the tab that may be off; all are accepted. */
  async function sendMore(path: string, events: readonly object[]): Promise<void> {
    const response = await red.node(path, postJson(events));
    assert.equal(response.status, 202);
    more.push(...((await response.json()) as { ids: string[] }).ids);
  }

  for (const deploy of deploys) {
    it(`are done in time: ${deploy.name}`, async () => {
      const times: number[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        const off = flow.some(({ id, disabled }) => id === 'side' && disabled === true);
        if (!off)
          await sendMore(
            '/side',
            Array.from({ length: 50 }, (_, index) => envelope(`side ${index}`)),
          );
        await sendMore('/in', [envelope(`slow ${turn}`, 'clients.archive')]);
        flow = flow.map((node) => deploy.change(node, turn));
        times.push(await timeOf(() => red.deploy(flow, deploy.type)));
        await sleep(100);
      }
      const usual = baseline.get(deploy.name) ?? 0;
      assert.ok(
        median(times) < usual + 1000,
        `${times.map(Math.round)} ms, without us ${Math.round(usual)} ms`,
      );
    });
  }

  it('are done in time: Stop and Start Flows', async () => {
    await sendMore('/in', [envelope('slow', 'clients.archive')]);
    const time = await timeOf(() => stopAndStart(red));
    const usual = baseline.get('stop and start') ?? 0;
    assert.ok(time < usual + 1000, `${time} ms, without us ${usual} ms`);
  });

  it('lose nothing, run nothing twice, abort nothing, and keep the order of each object', async () => {
    await Promise.all(senders.map((one) => one.stop()));
    const accepted = [...senders.flatMap((one) => one.accepted.map(({ id }) => id)), ...more];
    assert.ok(accepted.length > 500, `${accepted.length} events`);
    const missing = () => {
      const called = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
      return accepted.filter((id) => !called.has(`${id}_first`) || !called.has(`${id}_second`));
    };
    await eventually('all events are delivered', () => missing().length === 0, 30_000);
    await eventually('all is settled', async () => {
      const [only] = await red.get<{ backlog: number; running: number }[]>('provisioning/registries');
      return only?.backlog === 0 && only.running === 0;
    });
    const calls = callsSeen(receiver.received, []);
    for (const [id, same] of groupBy(calls, ({ webhookId }) => webhookId)) {
      assert.equal(same.length, 1, `${id} was called ${same.length} times`);
    }
    assert.equal(aborted, 0);
    for (const lane of groupBy(
      calls,
      ({ object, handler, body }) => `${object} ${handler} ${JSON.parse(body).event.events_id}`,
    ).values()) {
      assert.deepEqual(
        descents(lane, ({ n }) => n),
        [],
      );
    }
  });

  it('fail and park nothing, and make no call of any handler type a second time', async () => {
    const seen = new Map<string, number>();
    let path = 'executions?limit=500';
    for (let next: string | null = ''; next !== null; path = `executions?limit=500&cursor=${next}`) {
      const page: Page = await red.get(`provisioning/registries/registry/${path}`);
      for (const row of page.items) {
        const { handler, status, attempts, error } = row;
        assert.deepEqual([status, attempts, error], ['succeeded', 1, null], JSON.stringify(row));
        seen.set(handler.id, (seen.get(handler.id) ?? 0) + 1);
      }
      next = page.nextCursor;
    }
    assert.deepEqual([...seen.keys()].sort(), ['first', 'script', 'second', 'slow', 'stays', 'through']);
    const { items } = await red.get<{ items: { circuit: { state: string } }[] }>(
      'provisioning/registries/registry/handlers',
    );
    assert.ok(items.every(({ circuit }) => circuit.state === 'closed'));
  });

  it('let the intake answer every time: 202, or 503 that says when to come back', () => {
    for (const { complaints, statuses, cutOff } of senders) {
      assert.deepEqual(complaints, []);
      assert.equal(cutOff, 0);
      assert.deepEqual(
        [...statuses.keys()].filter((status) => ![200, 202, 503].includes(status)),
        [],
      );
    }
  });
});

interface Page {
  readonly items: readonly {
    readonly handler: { readonly id: string };
    readonly status: string;
    readonly attempts: number;
    readonly error: string | null;
  }[];
  readonly nextCursor: string | null;
}

async function stopAndStart(red: NodeRed): Promise<void> {
  const is = (state: string) =>
    eventually(
      `flows ${state}`,
      async () => (await red.get<{ state: string }>('flows/state')).state === state,
    );
  for (const state of ['stop', 'start']) {
    assert.ok((await red.admin('flows/state', postJson({ state }))).ok);
    await is(state);
  }
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
