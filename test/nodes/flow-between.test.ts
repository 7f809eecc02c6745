import assert from 'node:assert/strict';
import {
  answering,
  catching,
  code,
  completing,
  fewNodes,
  httpIn,
  httpResponse,
} from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
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

interface EventView {
  readonly id: string;
  readonly status: string;
  readonly eventType: string;
  readonly objectId: string;
}

/** Does with an event what its `data.does` says, the first time that it comes by. */
const obedient = `
const { objectId } = msg.provisioning;
const seen = global.get('seen') ?? {};
seen[objectId] = (seen[objectId] ?? 0) + 1;
global.set('seen', seen);
const { does } = msg.payload.data;
switch (seen[objectId] === 1 ? does : 'pass') {
  case 'drop': return null;
  case 'throw': throw new Error('the flow is broken');
  case 'delay': setTimeout(() => node.send(msg), 300); return null;
  case 'keep': global.set('kept', msg); return null;
  case 'send what was kept': node.send(global.get('kept')); return msg;
  case 'send twice': return [[msg, { ...msg }]];
  case 'change data': msg.payload.data.added = 'by the flow'; return msg;
  case 'replace the envelope': msg.payload = { event: { ...msg.payload.event, object_id: 'another' }, data: {} }; return msg;
  case 'replace the message': return { payload: msg.payload };
  case 'replace all but the event': return { payload: msg.payload, provisioning: msg.provisioning };
  case 'name another registry': msg.provisioning.registry = 'elsewhere'; return msg;
  case 'break the envelope': msg.payload.event.object_id = {}; return msg;
  default: return msg;
}`;

const told = 'output, provisioning: msg.provisioning, envelope: msg.payload, note: msg.note';

describe('a flow between event node and executor', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer();
    red = await startNodeRed({
      settings: fewNodes,
      flows: [
        tab,
        registry({ claimSeconds: 1 }),
        httpHandler(`${receiver.url}/handler`),
        httpIn('/through', 'note'),
        code('note', "msg.note = 'of the message'; return msg;", ['event']),
        eventNode({ wires: [['between']] }),
        intakeNode('/intake', { id: 'intake', wires: [['between']] }),
        code('between', obedient, ['executor']),
        executor({ wires: [['succeeded'], ['failed'], ['parked']] }),
        ...['succeeded', 'failed', 'parked'].map((output) =>
          answering(output, `output: '${output}', ${told.replace('output, ', '')}`),
        ),
        catching('caught', ['event', 'between', 'executor'], 'tell error'),
        answering('tell error', 'error: msg.error.message, by: msg.error.source.id, note: msg.note'),
        completing('completed', ['executor'], 'count'),
        code('count', "node.warn('completed ' + msg.provisioning?.objectId); return null;"),
        httpResponse,
      ],
    });
  });
  after(async () => {
    await red.kill9();
    await receiver.close();
  });

  interface Told {
    readonly output?: string;
    readonly provisioning: {
      eventId: string;
      registry: string;
      eventType: string;
      objectId: string;
      status: string;
      resumed?: boolean;
      executions: object[];
    };
    readonly envelope: ReturnType<typeof envelope>;
    readonly note?: string;
    readonly error?: string;
    readonly by?: string;
  }

  const event = (object: string, does: string) => ({ ...envelope(object), data: { does } });
  /** Goes through the whole flow as one message, which brings its answer. */
  async function through(object: string, does: string): Promise<Told> {
    const response = await red.node('/through', {
      ...postJson(event(object, does)),
      signal: AbortSignal.timeout(10_000),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as Told;
  }
  /** Is accepted, and goes its way. @returns the event's id */
  async function accepted(object: string, does: string): Promise<string> {
    const response = await red.node('/intake', postJson(event(object, does)));
    assert.equal(response.status, 202);
    return ((await response.json()) as { id: string }).id;
  }
  const eventsOf = async (object: string) =>
    (await red.get<{ items: EventView[] }>(`provisioning/registries/registry/events?objectId=${object}`))
      .items;
  const becomes = (id: string, status: string) =>
    eventually(`${id} is ${status}`, async () => {
      const view = await red.get<EventView>(`provisioning/registries/registry/events/${id}`);
      return view.status === status && view;
    });
  const callsOf = (id: string) =>
    receiver.received.filter(({ headers }) => headers['webhook-id'] === `${id}_handler`);
  const printed = (pattern: RegExp) => red.log.filter((line) => pattern.test(line)).length;

  it('keeps the message: the executor sends it on with what has happened, and all it had', async () => {
    const { output, provisioning, envelope: payload, note } = await through('passed', 'pass');
    assert.equal(output, 'succeeded');
    assert.deepEqual(payload, event('passed', 'pass'));
    assert.equal(note, 'of the message');
    const { eventId, executions, ...rest } = provisioning;
    assert.match(eventId, /^ev-[a-z0-9]+-\d+$/);
    assert.deepEqual(rest, {
      registry: 'registry',
      eventType: 'clients.create',
      objectId: 'passed',
      status: 'succeeded',
    });
    const [{ id, durationMs, ...execution } = {} as Record<string, unknown>] = executions as Record<
      string,
      unknown
    >[];
    assert.match(String(id), /^ex-[a-z0-9]+-\d+$/);
    assert.equal(typeof durationMs, 'number');
    assert.deepEqual(execution, {
      handler: { id: 'handler', number: 1, name: 'Handler', type: 'http', priority: 10 },
      status: 'succeeded',
      parkedFor: null,
      attempts: 1,
      code: 200,
      response: 'ok',
      error: null,
    });
    assert.equal(executions.length, 1);
    assert.equal(printed(/completed passed/), 1);
  });

  it('may take its time', async () => {
    assert.equal((await through('delayed', 'delay')).output, 'succeeded');
  });

  it('may change the data: handlers get what reached the executor', async () => {
    const { provisioning, envelope: payload } = await through('changed', 'change data');
    const expected = { does: 'change data', added: 'by the flow' };
    assert.deepEqual(payload.data, expected);
    const [call] = callsOf(provisioning.eventId);
    assert.deepEqual(JSON.parse(call?.body ?? '').data, expected);
    const [stored] = await eventsOf('changed');
    assert.equal(stored?.status, 'succeeded');
  });

  it('may make another object of it', async () => {
    const { provisioning } = await through('to be renamed', 'replace the envelope');
    assert.equal(provisioning.objectId, 'another');
    const [stored] = await eventsOf('another');
    assert.equal(stored?.id, provisioning.eventId);
    assert.deepEqual(await eventsOf('to be renamed'), []);
  });

  it('may put another message in its place that names the event', async () => {
    const id = await accepted('in place', 'replace all but the event');
    await becomes(id, 'succeeded');
    assert.equal(callsOf(id).length, 1);
  });

  it('may drop it: that holds nobody up, and it is unclaimed after a while', async () => {
    const dropped = await accepted('dropped', 'drop');
    const later = await accepted('dropped', 'pass');
    const other = await accepted('not dropped', 'pass');
    await becomes(other, 'succeeded');
    await becomes(dropped, 'unclaimed');
    await becomes(later, 'succeeded');
    assert.equal(callsOf(dropped).length, 0);
  });

  it('gets an unclaimed event again when that is replayed', async () => {
    const id = await accepted('dropped once', 'drop');
    await becomes(id, 'unclaimed');
    const replay = await red.admin(`provisioning/registries/registry/events/${id}/replay`, postJson({}));
    assert.equal(replay.status, 202);
    await becomes(id, 'succeeded');
    assert.equal(callsOf(id).length, 1);
  });

  it('may throw: a catch node gets the error, and the event is unclaimed', async () => {
    const { error, by, note } = await through('thrown', 'throw');
    assert.deepEqual([error, by, note], ['Error: the flow is broken', 'between', 'of the message']);
    const [stored] = await eventsOf('thrown');
    await becomes(String(stored?.id), 'unclaimed');
  });

  it('may be late: the event was unclaimed, and is taken all the same', async () => {
    const id = await accepted('late', 'keep');
    await becomes(id, 'unclaimed');
    await accepted('later', 'send what was kept');
    await becomes(id, 'succeeded');
    assert.equal(callsOf(id).length, 1);
  });

  it('may send it twice: the second is dropped with a warning, and nobody is called twice', async () => {
    const id = await accepted('doubled', 'send twice');
    await becomes(id, 'succeeded');
    await red.printed(
      new RegExp(`\\[warn\\] \\[provisioning-executor:executor\\] event ${id} was taken before`),
    );
    await eventually('both messages are done with', () => printed(/completed doubled/) === 2);
    assert.equal(callsOf(id).length, 1);
    assert.equal((await eventsOf('doubled')).length, 1);
  });

  it('may put a new message in its place: that is a new event, and the old one is unclaimed', async () => {
    const id = await accepted('replaced', 'replace the message');
    const made = await eventually('a new event', async () =>
      (await eventsOf('replaced')).find((one) => one.id !== id),
    );
    await becomes(made.id, 'succeeded');
    await becomes(id, 'unclaimed');
    assert.deepEqual([callsOf(id).length, callsOf(made.id).length], [0, 1]);
  });

  it('may bring an event of another registry: here it is a new one', async () => {
    const { provisioning, output } = await through('from elsewhere', 'name another registry');
    assert.deepEqual([output, provisioning.registry], ['succeeded', 'registry']);
    const all = await eventsOf('from elsewhere');
    assert.equal(all.length, 2);
    assert.ok(all.some(({ id }) => id === provisioning.eventId));
    assert.equal(callsOf(provisioning.eventId).length, 1);
  });

  it('may break the envelope: the executor says which field is wrong, and takes nothing', async () => {
    const { error, by, note } = await through('broken', 'break the envelope');
    assert.equal(by, 'executor');
    assert.match(error ?? '', /event\.object_id: must be a number or a string/);
    assert.equal(note, 'of the message');
    const [stored] = await eventsOf('broken');
    await becomes(String(stored?.id), 'unclaimed');
    assert.equal(printed(/completed broken/), 0);
  });
});
