import assert from 'node:assert/strict';
import { coreNodes } from '../support/core-nodes.ts';
import { eventually } from '../support/eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, postJson, registry, tab } from '../support/provisioning-flow.ts';

interface Row {
  readonly id: string;
  readonly status: string;
  readonly parkedFor: string | null;
  readonly attempts: number;
  readonly target: string;
  readonly response: string | null;
  readonly error: string | null;
  readonly handler: { readonly id: string; readonly type: string; readonly priority: number };
}

// Node-RED takes any property that equals a config node's id for a reference to it, so a name must not.
const flowHandler = (id: string, properties: object = {}): FlowNode => ({
  id,
  type: 'provisioning-handler',
  name: `the ${id} one`,
  registry: 'registry',
  events: ['clients.*'],
  handlerType: 'flow',
  retryDelays: [],
  ...properties,
});
const placed = (id: string, type: string, properties: object): FlowNode => ({
  id,
  type,
  z: 'tab',
  x: 100,
  y: 100,
  wires: [],
  ...properties,
});
const handlerIn = (id: string, handler: string, next = 'work'): FlowNode =>
  placed(id, 'provisioning-handler-in', { handler, wires: [[next]] });
const work = (func: string, properties: object = {}): FlowNode =>
  placed('work', 'function', {
    func,
    outputs: 2,
    libs: [],
    wires: [['reply'], ['reply-failed']],
    ...properties,
  });
const replies = [
  placed('reply', 'provisioning-handler-reply', { outcome: 'message' }),
  placed('reply-failed', 'provisioning-handler-reply', { outcome: 'failed' }),
];
const catching = placed('catch', 'catch', { scope: ['work'], wires: [['reply']] });

/** Does with a turn what the event's `data.does` says; the log tells when one comes in. */
const obedient = `
const { handler, objectId, attempt } = msg.provisioning;
const { does } = msg.payload.data;
node.warn('turn ' + handler + ' ' + objectId + ' ' + attempt);
switch (does) {
  case 'answer': return { payload: { saw: msg.payload, with: msg.provisioning }, provisioning: msg.provisioning };
  case 'set an error': msg.error = 'no such account'; return msg;
  case 'throw': throw new Error('out of paper');
  case 'go the way of failure': msg.payload = 'no credit'; return [null, msg];
  case 'forget': return { payload: 'whose?' };
  case 'nothing': return null;
  case 'answer twice': return [[{ ...msg, payload: 'first' }, { ...msg, payload: 'second' }]];
  case 'keep': global.set('kept', { ...msg, payload: 'late' }); return null;
  case 'answer what was kept': node.send(global.get('kept')); return msg;
  case 'take a while':
    setTimeout(() => { node.warn('over ' + handler + ' ' + objectId); node.send({ ...msg, payload: 'at last' }); }, 200);
    return null;
}`;

describe('a flow as a handler', function () {
  this.timeout(30_000);
  let red: NodeRed;
  const excluded = coreNodes().filter((file) => !/function|catch/.test(file));
  const registered = [tab, registry(), executor()];
  const flows = [
    ...registered,
    flowHandler('impatient', { timeoutSeconds: 1 }),
    flowHandler('persistent', { events: ['importd.*'], timeoutSeconds: 0.2, retryDelays: [3600] }),
    flowHandler('early', { events: ['email.*'], priority: 1 }),
    flowHandler('late', { events: ['email.*'], priority: 2 }),
    flowHandler('lonely', { events: ['rates.*'] }),
    handlerIn('in-impatient', 'impatient'),
    handlerIn('in-persistent', 'persistent'),
    handlerIn('in-early', 'early'),
    handlerIn('in-late', 'late'),
    work(obedient),
    catching,
    ...replies,
  ];

  before(async () => {
    red = await startNodeRed({ flows, settings: { nodesExcludes: excluded } });
  });
  after(() => red.kill9());

  async function fire(objectId: number, data: object, eventType = 'clients.create'): Promise<string> {
    const event = { ...envelope(objectId, eventType), data };
    const response = await red.admin('provisioning/registries/registry/events', postJson(event));
    assert.equal(response.status, 202);
    return ((await response.json()) as { id: string }).id;
  }

  /** The executions of an event, in chain order, once there are so many and none is under way. */
  const settled = (eventId: string, count = 1): Promise<Row[]> =>
    eventually(`${count} executions of ${eventId}`, async () => {
      const query = `provisioning/registries/registry/executions?eventId=${eventId}`;
      const { items } = await red.get<{ items: Row[] }>(query);
      const still = items.filter(({ status }) => status !== 'running');
      return still.length === count && still.sort((a, b) => a.handler.priority - b.handler.priority);
    });

  async function outcomeOf(objectId: number, does: string, eventType?: string): Promise<Row> {
    const [row] = await settled(await fire(objectId, { does }, eventType));
    assert.ok(row);
    return row;
  }

  const lines = (pattern: RegExp) => red.log.filter((line) => pattern.test(line)).length;

  it('gets the envelope, and what it replies is the response in the log', async () => {
    const eventId = await fire(1, { does: 'answer' });
    const [row] = await settled(eventId);
    assert.deepEqual(
      [row?.status, row?.handler.type, row?.target, row?.attempts, row?.error],
      ['succeeded', 'flow', 'flow the impatient one', 1, null],
    );
    const { saw, with: told } = JSON.parse(row?.response ?? '');
    assert.deepEqual(saw, { ...envelope(1), data: { does: 'answer' } });
    const { replyTo, ...rest } = told;
    assert.equal(typeof replyTo, 'string');
    assert.deepEqual(rest, {
      eventId,
      eventType: 'clients.create',
      objectId: '1',
      handler: 'impatient',
      attempt: 1,
      hops: 1,
      webhookId: `${eventId}_impatient`,
    });
  });

  for (const [does, error] of [
    ['set an error', 'no such account'],
    ['throw', 'Error: out of paper'],
    ['go the way of failure', 'no credit'],
  ] as const) {
    it(`has failed when it comes to ${does}, with the reason as the error`, async () => {
      const { status, response, error: told } = await outcomeOf(2, does);
      assert.deepEqual([status, response, told], ['failed', null, error]);
    });
  }

  it('has failed when no reply comes in time, and the log says what to do', async () => {
    const { status, error } = await outcomeOf(3, 'nothing');
    assert.equal(status, 'failed');
    assert.match(error ?? '', /^no reply within 1 s: end the flow with a "provisioning handler reply" node/);
  });

  it('waits for its next try when no reply comes in time', async () => {
    const { status, parkedFor, attempts, error } = await outcomeOf(4, 'nothing', 'importd.process_failed');
    assert.deepEqual([status, parkedFor, attempts], ['parked', 'retry', 1]);
    assert.match(error ?? '', /^no reply within 0\.2 s/);
  });

  it('is told what to do when a reply does not know its turn', async () => {
    await outcomeOf(5, 'forget');
    await red.printed(
      /\[error\] \[provisioning-handler-reply:reply\] .*msg\.provisioning\.replyTo: is missing: keep/,
    );
  });

  it('drops a second reply and a late one, with a warning', async () => {
    const dropped = /\[warn\] \[provisioning-handler-reply:reply\] the handler’s turn is over/;
    const twice = await outcomeOf(6, 'answer twice');
    assert.deepEqual([twice.status, twice.response], ['succeeded', 'first']);
    await eventually('the second reply is dropped', () => lines(dropped) === 1);
    const late = await outcomeOf(7, 'keep');
    assert.equal(late.status, 'failed');
    await outcomeOf(70, 'answer what was kept');
    await eventually('the late reply is dropped', () => lines(dropped) === 2);
    const [still] = (
      await red.get<{ items: Row[] }>('provisioning/registries/registry/executions?objectId=7')
    ).items;
    assert.deepEqual([still?.id, still?.status, still?.response], [late.id, 'failed', null]);
  });

  it('has failed when no node is where its turn comes out, and the log says what to do', async () => {
    const { status, error } = await outcomeOf(8, 'answer', 'rates.import');
    assert.equal(status, 'failed');
    assert.match(
      error ?? '',
      /^no "provisioning handler in" node refers to this handler: add one, and deploy/,
    );
  });

  it('has its turn in chain order, and one event of an object after the other', async () => {
    const events = [];
    for (const _ of [1, 2]) events.push(await fire(9, { does: 'take a while' }, 'email.import'));
    for (const event of events) {
      const rows = await settled(event, 2);
      assert.deepEqual(
        rows.map(({ handler, response }) => [handler.id, response]),
        [
          ['early', 'at last'],
          ['late', 'at last'],
        ],
      );
    }
    const seen = red.log.flatMap(
      (line) => /\b(turn|over) (early|late) 9\b/.exec(line)?.slice(1).join(' ') ?? [],
    );
    const once = ['turn early', 'over early', 'turn late', 'over late'];
    assert.deepEqual(seen, [...once, ...once]);
  });

  describe('with two nodes where its turn may come out', () => {
    const answering = (id: string, answer: string) =>
      placed(id, 'function', {
        func: `return { ...msg, payload: ${JSON.stringify(answer)} }`,
        outputs: 1,
        libs: [],
        wires: [['reply']],
      });
    const handler = flowHandler('impatient', { timeoutSeconds: 1 });
    const ways = [answering('one', 'from one'), answering('two', 'from two')];
    const [first, second] = [
      handlerIn('in-one', 'impatient', 'one'),
      handlerIn('in-two', 'impatient', 'two'),
    ];
    const complaint =
      /\[error\] \[provisioning-handler-in:in-two\] another node is where this handler's turn comes out/;

    it('takes the first, and the second says why it is not', async () => {
      await red.deploy([...registered, handler, ...ways, ...replies, first, second]);
      await red.printed(complaint);
      assert.equal((await outcomeOf(10, '')).response, 'from one');
    });

    it('takes the second once the first is gone', async () => {
      await red.deploy([...registered, handler, ...ways, ...replies, second], 'nodes');
      assert.equal((await outcomeOf(11, '')).response, 'from two');
      assert.equal(lines(complaint), 1, 'the node was not made anew');
    });
  });

  it('gets again what was inside when a deploy made it anew, and nothing else', async () => {
    const count = 5;
    // What comes in the first time is swallowed, as whatever is on its way is by a deploy.
    const forgetful = work(`
      const { objectId, replyTo } = msg.provisioning;
      const seen = global.get('seen') ?? {};
      (seen[objectId] ??= []).push(replyTo);
      global.set('seen', seen);
      node.warn('inside ' + objectId);
      if (seen[objectId].length === 1) return null;
      return { ...msg, payload: seen[objectId] };`);
    const deployed = [
      ...registered,
      flowHandler('patient', { timeoutSeconds: 25 }),
      handlerIn('in-patient', 'patient'),
      forgetful,
      ...replies,
    ];
    await red.deploy(deployed);
    const events = await Promise.all(Array.from({ length: count }, (_, index) => fire(20 + index, {})));
    const inside = () => lines(/inside 2\d\b/);
    await eventually('all are inside', () => inside() === count);

    const comment = placed('comment', 'provisioning-log', { registry: 'registry', wires: [[]] });
    await red.deploy([...deployed, comment], 'nodes');
    assert.equal(inside(), count, 'a deploy that leaves the flow alone');
    await red.deploy([...deployed, comment]);
    for (const event of events) {
      const [row] = await settled(event);
      assert.deepEqual([row?.status, row?.attempts], ['succeeded', 1]);
      const [before, after, ...more] = JSON.parse(row?.response ?? '');
      assert.deepEqual([after, more], [before, []]);
    }
    assert.equal(inside(), 2 * count);
  });
});
