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
import {
  type Behaviour,
  hangs,
  type MisbehavingServer,
  misbehavingServer,
} from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses, type NodeStatuses, type ShownStatus } from '../support/node-statuses.ts';
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
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Told {
  readonly output?: string;
  readonly error?: string;
  readonly payload: unknown;
  readonly provisioning: {
    readonly eventId: string;
    readonly status: string;
    readonly executions: readonly { handler: { id: string }; status: string; parkedFor: string | null }[];
  };
}

/** Answers with the status that stands in the path. */
const obeys: Behaviour = ({ received: { path }, response }) => {
  response.writeHead(Number(/\d+$/.exec(path)?.[0] ?? 200)).end('ok');
};
const outputs = ['succeeded', 'failed', 'parked'];
const telling = outputs.map((output) =>
  answering(output, `output: '${output}', provisioning: msg.provisioning, payload: msg.payload`),
);

describe('an executor', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let statuses: NodeStatuses;

  before(async () => {
    receiver = await misbehavingServer(obeys);
    const handler = (id: string, status: number, events: string[], properties: object = {}) =>
      httpHandler(`${receiver.url}/${status}`, { id, name: `the ${id} one`, events, ...properties });
    red = await startNodeRed({
      settings: fewNodes,
      flows: [
        tab,
        registry(),
        handler('good', 200, ['clients.create', 'clients.update'], { priority: 5 }),
        handler('bad', 500, ['clients.update', 'clients.delete'], { priority: 1 }),
        handler('strict', 500, ['clients.archive'], { priority: 1, onFailure: 'stop' }),
        handler('after', 200, ['clients.archive', 'importd.process_failed'], { priority: 2 }),
        handler('patient', 503, ['clients.delete', 'importd.*'], { priority: 1, retryDelays: [3600] }),
        httpIn('/direct', 'executor'),
        executor({ wires: outputs.map((output) => [output]) }),
        httpIn('/named', 'name it'),
        code('name it', 'msg.provisioning = { eventId: msg.payload.eventId }; return msg;', ['executor']),
        httpIn('/both', 'event'),
        eventNode({ wires: [['executor', 'rival']] }),
        executor({ id: 'rival', wires: outputs.map((output) => [output]) }),
        httpIn('/homeless', 'no registry'),
        executor({ id: 'no registry', registry: '' }),
        executor({ id: 'lost', registry: 'not there' }),
        ...telling,
        catching('caught', ['executor', 'no registry'], 'tell error'),
        answering('tell error', 'error: msg.error.message'),
        completing('completed', ['executor', 'rival'], 'count'),
        code('count', "node.warn('completed ' + msg.provisioning?.eventId); return null;"),
        httpResponse,
      ],
    });
    statuses = await followStatuses(red);
  });
  after(async () => {
    statuses.close();
    await red.kill9();
    await receiver.close();
  });

  async function through(path: string, message: unknown, type = 'application/json'): Promise<Told> {
    const request = postJson(message, { 'content-type': type });
    const response = await red.node(path, { ...request, signal: AbortSignal.timeout(10_000) });
    assert.equal(response.status, 200);
    return (await response.json()) as Told;
  }
  const executionsOf = ({ provisioning: { executions } }: Told) =>
    executions.map(({ handler: { id }, status, parkedFor }) =>
      [id, status, parkedFor].filter(Boolean).join(' '),
    );
  const eventCount = async () =>
    (await red.get<{ items: unknown[] }>('provisioning/registries/registry/events?limit=500')).items.length;
  const completions = (pattern: RegExp) => red.log.filter((line) => pattern.test(line)).length;

  const cases: [string, string, string, string[]][] = [
    ['succeeded when every handler has', 'clients.create', 'succeeded', ['good succeeded']],
    ['succeeded when nobody listens to the type', 'email_rates_manager.import', 'succeeded', []],
    ['failed when at least one has failed', 'clients.update', 'failed', ['bad failed', 'good succeeded']],
    ['failed when one was skipped', 'clients.archive', 'failed', ['strict failed', 'after skipped']],
    [
      'parked when none has failed and one waits',
      'importd.process_failed',
      'parked',
      ['patient parked retry', 'after succeeded'],
    ],
    [
      'failed when one has failed and another waits',
      'clients.delete',
      'failed',
      ['bad failed', 'patient parked retry'],
    ],
  ];
  for (const [what, eventType, output, executions] of cases) {
    it(`sends by its output ${what}`, async () => {
      const told = await through('/direct', envelope(what.replaceAll(' ', '-'), eventType));
      assert.equal(told.output, output);
      assert.equal(told.provisioning.status, output);
      assert.deepEqual(executionsOf(told), executions);
      await eventually(
        'done was called once',
        () => completions(new RegExp(`completed ${told.provisioning.eventId}$`)) === 1,
      );
    });
  }

  for (const [field, message] of [
    ['', [1]],
    ['event', { data: {} }],
    ['event.dt', { ...envelope(), event: { ...envelope().event, dt: 'yesterday' } }],
    ['event.events_id', { ...envelope(), event: { ...envelope().event, events_id: 'not a type' } }],
    ['event.object_id', { ...envelope(), event: { ...envelope().event, object_id: 2 ** 60 } }],
    ['data', { ...envelope(), data: [1] }],
  ] as const) {
    it(`refuses a bad envelope and names the field: ${field || 'the whole'}`, async () => {
      const before = await eventCount();
      const { error } = await through('/direct', message);
      assert.match(
        error ?? '',
        field ? new RegExp(`\\b${field.replace('.', '\\.')}: `) : /must be an object/,
      );
      assert.equal(await eventCount(), before);
    });
  }

  it('takes an empty list, as PHP writes an empty object, for {}, and goes on with that', async () => {
    const told = await through('/direct', { ...envelope('php', 'clients.create'), data: [] });
    assert.equal(told.output, 'succeeded');
    assert.deepEqual(told.payload, { ...envelope('php', 'clients.create'), data: {} });
    const called = receiver.received.filter(({ body }) => body.includes('"php"'));
    assert.deepEqual(
      called.map(({ body }) => JSON.parse(body).data),
      [{}],
    );
  });

  it('says of JSON text that it is text, and what to do', async () => {
    const { error } = await through('/direct', JSON.stringify(envelope()), 'text/plain');
    assert.match(error ?? '', /envelope: is JSON text, not an object: .*put a json node before/);
  });

  it('takes an event that is named without its registry for its own', async () => {
    const { provisioning } = await through('/direct', envelope('named'));
    const before = await eventCount();
    void red
      .node('/named', postJson({ ...envelope('named'), eventId: provisioning.eventId }))
      .catch(() => undefined);
    await red.printed(
      new RegExp(`\\[provisioning-executor:executor\\] event ${provisioning.eventId} was taken`),
    );
    assert.equal(await eventCount(), before);
  });

  it('takes what names no event by its id for a new one', async () => {
    for (const eventId of [null, 5, { id: 'x' }]) {
      const told = await through('/named', { ...envelope('no id'), eventId });
      assert.equal(told.output, 'succeeded', told.error);
    }
  });

  it('shares a registry with another: one of them takes an event, the other drops it with a warning', async () => {
    const told = await through('/both', envelope('shared'));
    const { eventId } = told.provisioning;
    assert.equal(told.output, 'succeeded');
    await red.printed(
      new RegExp(`\\[warn\\] \\[provisioning-executor:(executor|rival)\\] event ${eventId} was taken before`),
    );
    await eventually('both are done', () => completions(new RegExp(`completed ${eventId}$`)) === 2);
    const calls = receiver.received.filter(({ headers }) =>
      String(headers['webhook-id']).startsWith(`${eventId}_`),
    );
    assert.equal(calls.length, 1);
  });

  it('without a registry says what to do', async () => {
    const { error } = await through('/homeless', envelope());
    assert.match(error ?? '', /no registry: choose one in the node’s dialog and deploy/);
    await statuses.become('no registry', ({ fill }) => fill === 'red');
    await statuses.become('lost', ({ text }) => text?.startsWith('no registry: choose one') ?? false);
  });

  const cancelAll = async () => {
    const here = 'provisioning/registries/registry/executions';
    const { items } = await red.get<{ items: { id: string }[] }>(`${here}?status=parked&limit=500`);
    for (const { id } of items) {
      const response = await red.admin(`${here}/${id}/cancel`, postJson({}));
      assert.ok(response.ok, await response.text());
    }
  };

  it('shows how many wait and why, until nothing does', async () => {
    await cancelAll();
    await statuses.become('executor', ({ text }) => text === 'provisioning-executor.status.idle');
    await through('/direct', envelope('waits', 'clients.delete'));
    await through('/direct', envelope('status', 'clients.create'));
    const waits = (text: string) => (shown: ShownStatus) =>
      shown.fill === 'yellow' && shown.shape === 'ring' && shown.text === text;
    await statuses.become('executor', waits('1 waits: HTTP 503'));
    await through('/direct', envelope('waits too', 'importd.process_failed'));
    await statuses.become('executor', waits('2 wait: HTTP 503'));
    await statuses.become('rival', waits('2 wait: HTTP 503'));
    await red.deploy(await red.flows());
    await statuses.become('executor', waits('2 wait: HTTP 503'));
    await cancelAll();
    await statuses.become('executor', ({ text }) => text === 'provisioning-executor.status.idle');
  });

  it('shows that it is idle, how many are running, and its last failure', async () => {
    await cancelAll();
    await through('/direct', envelope('status', 'clients.create'));
    await statuses.become('executor', ({ text }) => text === 'provisioning-executor.status.idle');
    const answers: (() => void)[] = [];
    receiver.become(({ response }) => void answers.push(() => response.end('ok')));
    const running = [1, 2, 3].map((object) => through('/direct', envelope(object, 'clients.create')));
    await statuses.become('executor', ({ fill, text }) => fill === 'blue' && text === '3 running');
    await eventually('all have reached the receiver', () => answers.length === 3);
    receiver.become(obeys);
    for (const answer of answers) answer();
    await Promise.all(running);
    await through('/direct', envelope('status', 'clients.update'));
    await statuses.become(
      'executor',
      ({ fill, text }) => fill === 'red' && text === 'clients.update: the bad one failed',
    );
    await through('/direct', envelope('status', 'clients.create'));
    await statuses.become('executor', ({ fill }) => fill === 'grey');
  });

  it('shows that nobody is called, until somebody is', async () => {
    await cancelAll();
    await through('/direct', envelope('status', 'invoices.create'));
    await statuses.become('executor', ({ fill, text }) => fill === 'yellow' && text === 'nobody is called');
    await through('/direct', envelope('status', 'clients.create'));
    await statuses.become('executor', ({ text }) => text === 'provisioning-executor.status.idle');
  });

  it('counts what runs on when a deploy has replaced it', async () => {
    const answers: (() => void)[] = [];
    receiver.become(({ response }) => void answers.push(() => response.end('ok')));
    const running = [1, 2].map((object) => through('/direct', envelope(object, 'clients.create')));
    await eventually('both are called', () => answers.length === 2);
    await red.deploy(await red.flows());
    running.push(through('/direct', envelope(3, 'clients.create')));
    await statuses.become('executor', ({ text }) => text === '3 running');
    await eventually('all have reached the receiver', () => answers.length === 3);
    receiver.become(obeys);
    for (const answer of answers) answer();
    await Promise.all(running);
    await statuses.become('executor', ({ text }) => text === 'provisioning-executor.status.idle');
  });
});

describe('an executor, after a restart', function () {
  this.timeout(30_000);

  it('sends a message made anew from the journal, and says so', async () => {
    const receiver = await misbehavingServer(hangs());
    const userDir = temporaryFolder();
    const flows = [
      tab,
      registry(),
      httpHandler(receiver.url),
      intakeNode('/in'),
      executor({ wires: [['print'], ['print'], ['print']] }),
      code('print', "node.warn('printed ' + JSON.stringify(msg)); return null;"),
    ];
    let red = await startNodeRed({ userDir, flows, settings: fewNodes });
    try {
      const response = await red.node('/in', postJson(envelope('cut off')));
      const { id } = (await response.json()) as { id: string };
      await eventually('it is called', () => receiver.received.length === 1);
      await red.kill9();
      receiver.become(({ response: answer }) => void answer.end('at last'));
      red = await startNodeRed({ userDir, settings: fewNodes });
      const line = await red.printed(/printed \{/);
      const { _msgid, payload, provisioning } = JSON.parse(line.slice(line.indexOf('{')));
      assert.ok(_msgid);
      assert.deepEqual(payload, envelope('cut off'));
      const { executions, ...rest } = provisioning;
      assert.deepEqual(rest, {
        eventId: id,
        registry: 'registry',
        eventType: 'clients.create',
        objectId: 'cut off',
        status: 'succeeded',
        resumed: true,
      });
      assert.deepEqual(
        executions.map(({ status, attempts, response }: Record<string, unknown>) => [
          status,
          attempts,
          response,
        ]),
        [['succeeded', 2, 'at last']],
      );
    } finally {
      await red.kill9();
      await receiver.close();
    }
  });

  it('shows what waits from before, until it has been delivered', async () => {
    const receiver = await misbehavingServer();
    const userDir = temporaryFolder();
    const held = httpHandler(receiver.url, { handlerStatus: 'held' });
    const flows = [tab, registry(), held, intakeNode('/in'), executor()];
    let red = await startNodeRed({ userDir, flows, settings: fewNodes });
    try {
      let statuses = await followStatuses(red);
      await red.node('/in', postJson(envelope('waits')));
      await statuses.become('executor', ({ text }) => text === '1 waits: held');
      statuses.close();
      await red.kill9();
      red = await startNodeRed({ userDir, settings: fewNodes });
      statuses = await followStatuses(red);
      await statuses.become('executor', ({ fill, text }) => fill === 'yellow' && text === '1 waits: held');
      const enable = { ...postJson({ status: 'enabled' }), method: 'PATCH' };
      await red.admin('provisioning/registries/registry/handlers/handler', enable);
      await statuses.become('executor', ({ text }) => text === 'provisioning-executor.status.idle');
      await eventually('it is called', () => receiver.received.length > 0);
      assert.equal(receiver.received.length, 1);
      statuses.close();
    } finally {
      await red.kill9();
      await receiver.close();
    }
  });
});

describe('an executor of another registry than the event node', function () {
  this.timeout(30_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;

  before(async () => {
    receiver = await misbehavingServer();
    const wholesale = (id: string, wires: string[][] = [[], [], []]) =>
      executor({ id, registry: 'wholesale', wires });
    red = await startNodeRed({
      settings: fewNodes,
      flows: [
        tab,
        registry({ name: 'Billing' }),
        registry({ id: 'wholesale', name: 'Wholesale' }),
        httpHandler(receiver.url, { id: 'theirs', registry: 'wholesale' }),
        httpHandler(receiver.url, { id: 'ours' }),
        intakeNode('/alone', { id: 'alone', wires: [['taker']] }),
        wholesale('taker'),
        intakeNode('/both', { id: 'both', wires: [['mirror', 'late']] }),
        wholesale('mirror'),
        code('late', 'setTimeout(() => { node.send(msg); node.done(); }, 500);', ['executor']),
        executor({ wires: [['next'], ['next'], ['next']] }),
        wholesale('next'),
      ],
    });
  });
  after(async () => {
    await red?.kill9();
    await receiver.close();
  });

  const taken = async (of: string) =>
    (await red.get<{ items: { status: string }[] }>(`provisioning/registries/${of}/events?status=succeeded`))
      .items.length;
  const warnings = () => red.log.filter((line) => /as a new event of/.test(line));

  it('takes it as a new one, and says once that nobody has taken it in its own registry', async () => {
    const { id } = (await (await red.node('/alone', postJson(envelope(1)))).json()) as { id: string };
    await red.printed(/\[warn\] \[provisioning-executor:taker\] event /);
    await red.node('/alone', postJson(envelope(2)));
    await eventually('both are delivered', async () => (await taken('wholesale')) === 2);
    const [warning, ...others] = warnings();
    assert.ok(
      warning?.includes(`event ${id} of registry "Billing" is taken here as a new event of "Wholesale"`),
    );
    assert.deepEqual(others, []);
    assert.equal(await taken('registry'), 0);
  });

  it('says nothing where an executor of that registry takes it as well, later too, or has taken it before', async () => {
    const before = warnings().length;
    await red.node('/both', postJson(envelope(3)));
    await eventually('all have taken it', async () => (await taken('wholesale')) === 4);
    await eventually('its own registry too', async () => (await taken('registry')) === 1);
    await red.node('/alone', postJson(envelope(4)));
    await eventually('the executors had time to tell', async () => (await taken('wholesale')) === 5);
    assert.equal(warnings().length, before);
  });
});
