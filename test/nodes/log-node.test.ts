import assert from 'node:assert/strict';
import { code, fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type Behaviour, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses } from '../support/node-statuses.ts';
import { envelope, executor, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';

interface Logged {
  readonly log: string;
  readonly topic: string;
  readonly payload: Record<string, unknown> & { readonly handler: { readonly id: string } };
}

const obeys: Behaviour = ({ received: { path }, response }) => {
  response.writeHead(Number(/\d+$/.exec(path)?.[0] ?? 200)).end('ok');
};

describe('a log node', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer(obeys);
    const handler = (id: string, status: number, properties: object = {}) =>
      httpHandler(`${receiver.url}/${status}`, { id, name: `the ${id} one`, ...properties });
    const log = (id: string, properties: object = {}): FlowNode => ({
      id,
      type: 'provisioning-log',
      z: 'tab',
      x: 1,
      y: 1,
      registry: 'registry',
      wires: [[`print ${id}`]],
      ...properties,
    });
    const logs = [
      log('usual'),
      log('no circuits', { circuits: false }),
      log('of clients', { events: ['clients.*'], statuses: ['succeeded', 'failed'] }),
      log('of one handler', { handlers: ['good'], statuses: ['succeeded', 'failed'] }),
      log('left empty', { events: null, handlers: '', statuses: null, circuits: '' }),
      log('malformed', { events: 'clients.*' }),
      log('misspelt', { statuses: ['failed', 'failing'] }),
      log('lost', { registry: 'not there' }),
      log('refused', { registry: 'wrong' }),
      // The last that is told: what it has printed, the others have.
      log('all', { statuses: ['running', 'parked', 'succeeded', 'failed', 'skipped', 'cancelled'] }),
    ];
    red = await startNodeRed({
      settings: fewNodes,
      flows: [
        tab,
        registry(),
        registry({ id: 'wrong', name: 'Wrong', concurrency: 0 }),
        handler('good', 200, { priority: 1 }),
        handler('bad', 404, { priority: 2 }),
        handler('down', 503, { priority: 3, events: ['email.*'] }),
        executor(),
        ...logs,
        ...logs.map(({ id }) =>
          code(
            `print ${id}`,
            `node.warn('logged ' + JSON.stringify({ log: '${id}', topic: msg.topic, payload: msg.payload })); return null;`,
          ),
        ),
      ],
    });
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });

  const logged = (): Logged[] =>
    red.log.flatMap((line) => {
      const json = /logged (\{.*\})$/.exec(line)?.[1];
      return json ? [JSON.parse(json)] : [];
    });
  const by = (log: string, eventId?: string) =>
    logged().filter((one) => one.log === log && (!eventId || one.payload['eventId'] === eventId));
  const short = (all: Logged[]) => all.map(({ payload }) => `${payload.handler.id} ${payload['status']}`);

  async function fire(object: string, eventType: string): Promise<string> {
    const response = await red.admin(
      'provisioning/registries/registry/events',
      postJson(envelope(object, eventType)),
    );
    return ((await response.json()) as { id: string }).id;
  }
  async function settled(id: string): Promise<void> {
    await eventually('it is settled and told', () => short(by('all', id)).includes('bad failed'));
  }

  it('sends the rows of failed executions, as the log has them, with the event type as the topic', async () => {
    const id = await fire('usual', 'clients.create');
    await settled(id);
    const [only, ...more] = by('usual', id);
    assert.deepEqual(more, []);
    assert.equal(only?.topic, 'clients.create');
    const { items } = await red.get<{ items: Record<string, unknown>[] }>(
      `provisioning/registries/registry/executions?eventId=${id}&status=failed`,
    );
    assert.deepEqual(only?.payload, items[0]);
    assert.deepEqual(
      ['status', 'code', 'error', 'objectId'].map((key) => only?.payload[key]),
      ['failed', 404, 'HTTP 404 Not Found', 'usual'],
    );
  });

  it('sends the statuses, event types and handlers that it is told to', async () => {
    const [ofClients, ofOthers] = [
      await fire('a', 'clients.create'),
      await fire('b', 'importd.process_failed'),
    ];
    await settled(ofClients);
    await settled(ofOthers);
    assert.deepEqual(short(by('all', ofClients)), [
      'good running',
      'good succeeded',
      'bad running',
      'bad failed',
    ]);
    assert.deepEqual(short(by('of clients', ofClients)), ['good succeeded', 'bad failed']);
    assert.deepEqual(by('of clients', ofOthers), []);
    for (const id of [ofClients, ofOthers]) {
      assert.deepEqual(short(by('of one handler', id)), ['good succeeded']);
      assert.deepEqual(short(by('usual', id)), ['bad failed']);
    }
  });

  it('takes what is left empty for its default', async () => {
    const id = await fire('empty', 'clients.create');
    await settled(id);
    assert.deepEqual(short(by('left empty', id)), ['bad failed']);
  });

  it('names the property that is wrong, and holds nobody up', async () => {
    await red.printed(
      /\[provisioning-log:malformed\] log node "malformed": events: must be a list of event types/,
    );
    await red.printed(
      /\[provisioning-log:misspelt\] log node "misspelt": statuses\[1\]: must be a list of running/,
    );
    assert.deepEqual([by('malformed'), by('misspelt')], [[], []]);
  });

  it('tells of a circuit that opens, unless it is told not to or its handlers are others', async () => {
    for (let failure = 0; failure < 10; failure += 1) await fire(`c${failure}`, 'email.import');
    const circuit = (log: string) => by(log).filter(({ topic }) => topic === 'circuit');
    const [only] = await eventually('it is told', () => circuit('usual').length > 0 && circuit('usual'));
    assert.ok(only);
    const { since, ...rest } = only.payload;
    assert.deepEqual(rest, {
      handler: { id: 'down', number: 3, name: 'the down one', type: 'http', priority: 3 },
      state: 'open',
      error: '503 · ok',
    });
    assert.ok(Math.abs(Date.parse(String(since)) - Date.now()) < 30_000);
    assert.equal(circuit('usual').length, 1);
    assert.deepEqual([circuit('no circuits'), circuit('of one handler')], [[], []]);
    const closing = await red.admin(
      'provisioning/registries/registry/handlers/down/circuit',
      postJson({ state: 'closed' }),
    );
    assert.ok(closing.ok);
    await eventually('it is told to be closed', () => circuit('usual').at(-1)?.payload['state'] === 'closed');
  });

  it('shows what is wrong with its registry', async () => {
    const statuses = await followStatuses(red);
    await statuses.become('lost', ({ text }) => text?.startsWith('no registry: choose one') ?? false);
    await statuses.become('refused', ({ text }) => text?.includes('concurrency: must be 1') ?? false);
    statuses.close();
  });
});
