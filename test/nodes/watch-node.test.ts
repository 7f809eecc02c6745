import assert from 'node:assert/strict';
import { code, fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type Behaviour, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses } from '../support/node-statuses.ts';
import { envelope, executor, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';

interface Sent {
  readonly watch: string;
  readonly topic: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const obeys: Behaviour = ({ received: { path }, response }) => {
  response.writeHead(Number(/\d+$/.exec(path)?.[0] ?? 200)).end('ok');
};

describe('a watch node', function () {
  this.timeout(60_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let flows: FlowNode[];
  /** By the Node-REDs before. */
  const printed: string[] = [];

  before(async () => {
    receiver = await misbehavingServer(obeys);
    const off = { failures: 0, circuits: false, backlogMinutes: 0, objectMinutes: 0 };
    const watch = (id: string, properties: object): FlowNode => ({
      id,
      type: 'provisioning-watch',
      z: 'tab',
      x: 1,
      y: 1,
      registry: 'registry',
      wires: [[`print ${id}`]],
      ...properties,
    });
    const watches = [
      watch('usual', {}),
      watch('circuits', { ...off, circuits: true }),
      watch('backlog', { ...off, backlogMinutes: 0.02 }),
      watch('objects', { ...off, objectMinutes: '0.02' }),
      watch('malformed', { failures: -1 }),
      watch('lost', { registry: 'not there' }),
    ];
    flows = [
      tab,
      registry({ claimSeconds: 3600 }),
      httpHandler(`${receiver.url}/503`, { id: 'down', name: 'CRM', retryDelays: [3600] }),
      executor(),
      {
        id: 'event',
        type: 'provisioning-event',
        z: 'tab',
        x: 1,
        y: 1,
        registry: 'registry',
        intake: true,
        path: '/never/taken',
        wires: [['keep']],
      },
      code('keep', 'return new Promise(() => undefined);', []),
      ...watches,
      ...watches.map(({ id }) =>
        code(
          `print ${id}`,
          `node.warn('sent ' + JSON.stringify({ watch: '${id}', topic: msg.topic, payload: msg.payload })); return null;`,
        ),
      ),
    ];
    red = await startNodeRed({ settings: fewNodes, flows });
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });

  const sent = (watch: string): Sent[] =>
    [...printed, ...red.log]
      .flatMap((line) => {
        const json = /sent (\{.*\})$/.exec(line)?.[1];
        return json ? [JSON.parse(json) as Sent] : [];
      })
      .filter((one) => one.watch === watch);
  const inShort = (watch: string) => sent(watch).map(({ topic, payload }) => `${topic} ${payload['state']}`);
  const fire = async (object: string) => {
    const path = 'provisioning/registries/registry/events';
    assert.ok((await red.admin(path, postJson(envelope(object)))).ok);
  };

  it('tells of a circuit in a sentence, with where to look, and shows it', async () => {
    const statuses = await followStatuses(red);
    for (let object = 0; object < 10; object += 1) await fire(`c${object}`);
    const [first] = await eventually('it is told', () => sent('circuits').length > 0 && sent('circuits'));
    assert.equal(first?.topic, 'circuit');
    const { since, link, ...rest } = first.payload;
    assert.deepEqual(rest, {
      alarm: 'circuit',
      state: 'begun',
      until: null,
      count: 1,
      handler: { id: 'down', number: 1, name: 'CRM', type: 'http', priority: 10 },
      eventType: null,
      objectId: null,
      error: '503 · ok',
      registry: { id: 'registry', name: 'Registry' },
      text: 'Registry: the circuit of CRM is open: 503 · ok',
    });
    assert.ok(Math.abs(Date.parse(String(since)) - Date.now()) < 30_000);
    assert.match(String(link), /^\/.*registry=registry/);
    const { fill, text } = await statuses.become('circuits', ({ text }) => text === '1 circuit open');
    assert.deepEqual([fill, text], ['red', '1 circuit open']);
    statuses.close();
  });

  it('tells of the object that waits, and of events that nobody takes', async () => {
    const [waits] = await eventually(
      'the object is told',
      () => sent('objects').length > 0 && sent('objects'),
    );
    assert.match(
      String(waits?.payload['text']),
      /^Registry: object c0 has waited for CRM for more than 0\.02 min\. HTTP 503/,
    );
    const response = await fetch(new URL('/never/taken', red.url), postJson(envelope('n')));
    assert.equal(response.status, 202);
    const [backlog] = await eventually(
      'the backlog is told',
      () => sent('backlog').length > 0 && sent('backlog'),
      90_000,
    );
    assert.match(String(backlog?.payload['text']), /^Registry: events have waited for more than 0\.02 min/);
  }).timeout(100_000);

  it('tells nothing twice over a deploy, kill -9 and restart, and what has ended once', async () => {
    await red.deploy(flows);
    await red.kill9();
    printed.push(...red.log);
    red = await startNodeRed({ settings: fewNodes, userDir: red.userDir });
    await eventually('the circuit is known again', async () => {
      const { items } = await red.get<{ items: { circuit: { state: string } }[] }>(
        'provisioning/registries/registry/handlers',
      );
      return items[0]?.circuit.state !== 'closed';
    });
    const closing = await red.admin(
      'provisioning/registries/registry/handlers/down/circuit',
      postJson({ state: 'closed' }),
    );
    assert.ok(closing.ok);
    await eventually('its end is told', () => inShort('circuits').includes('circuit ended'));
    assert.deepEqual(inShort('circuits'), ['circuit begun', 'circuit ended']);
    assert.deepEqual(inShort('usual').slice(0, 2), ['circuit begun', 'circuit ended']);
    assert.deepEqual(inShort('objects').slice(0, 1), ['object begun']);
  });

  it('says what is wrong with it, and with its registry', async () => {
    await red.printed(
      /\[provisioning-watch:malformed\] watch node "malformed": failures: must be 0 at least/,
    );
    const statuses = await followStatuses(red);
    await statuses.become('lost', ({ text }) => text?.startsWith('no registry: choose one') ?? false);
    statuses.close();
  });
});
