import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grantOf, type OperationName, operationNames } from '../../src/engine/words/operation.ts';
import { operations } from '../../src/runtime/operations/operations.ts';
import { answering, catching, code, fewNodes, httpIn, httpResponse, placed } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { hostileValues } from '../support/hostile-values.ts';
import { type Behaviour, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses, type NodeStatuses } from '../support/node-statuses.ts';
import { envelope, executor, httpHandler, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { textsOf } from '../support/texts.ts';

type Json = Readonly<Record<string, unknown>>;

interface Question {
  readonly operation?: unknown;
  readonly payload?: unknown;
  readonly by?: unknown;
}

/** What came out of a query node, or what a Catch node made of its error. */
interface Said {
  readonly status: number;
  readonly payload: Json & { readonly items: readonly Json[] };
  readonly nextCursor?: string | null;
  readonly kept?: string;
  readonly error?: { readonly message: string; readonly code: string };
}

const every = ['switch', 'replay', 'cancel', 'circuit'];
const here = 'provisioning/registries/registry';
const reference = `\${${'REGISTRY'}}`;
const changes = operationNames.filter((name) => grantOf(name) !== null);

/** Query nodes, each asked by POST at a path of its name. */
const nodes = {
  any: { grants: every },
  flat: { flat: true, grants: every },
  reads: {},
  fixed: { operation: 'handlers' },
  switches: { grants: ['switch'] },
  lost: { registry: 'not there' },
  broken: { registry: 'broken' },
};

const flowsFor = (receiver: string): FlowNode[] => {
  const handler = (id: string, properties: object) =>
    httpHandler(`${receiver}/${id}`, { id, name: id.toUpperCase(), configVersion: 2, ...properties });
  return [
    tab,
    registry(),
    registry({ id: 'broken', name: 'Broken' }),
    handler('crm', { events: ['clients.*', 'a.b'], retryDelays: [3600] }),
    handler('once', { events: ['clients.create'], priority: 20, condition: 'data.id != 13' }),
    executor(),
    ...Object.entries(nodes).flatMap(([id, properties]) => [
      httpIn(`/${id}`, `ask ${id}`),
      code(
        `ask ${id}`,
        'Object.assign(msg, { kept: "so", nextCursor: "old", payload: undefined }, msg.payload); return msg;',
        [id],
      ),
      placed(id, 'provisioning-query', { registry: 'registry', wires: [[`tell ${id}`]], ...properties }),
      answering(`tell ${id}`, 'payload: msg.payload, nextCursor: msg.nextCursor, kept: msg.kept'),
    ]),
    // What stands in a subflow is told its registry by the instance.
    {
      id: 'subflow',
      type: 'subflow',
      name: 'Ask',
      in: [{ x: 1, y: 1, wires: [{ id: 'inside' }] }],
      out: [{ x: 1, y: 1, wires: [{ id: 'inside', port: 0 }] }],
      env: [{ name: 'REGISTRY', type: 'str', value: '' }],
    },
    placed('inside', 'provisioning-query', { z: 'subflow', registry: reference, operation: 'handlers' }),
    httpIn('/subflow', 'instance'),
    placed('instance', 'subflow:subflow', {
      env: [{ name: 'REGISTRY', type: 'str', value: 'registry' }],
      wires: [['tell any']],
    }),
    // What a flow does with an answer is its own affair.
    httpIn('/spoil', 'spoiled'),
    placed('spoiled', 'provisioning-query', {
      registry: 'registry',
      operation: 'handlers',
      wires: [['spoil']],
    }),
    code(
      'spoil',
      'const [row] = msg.payload.items; row.events.push("x.y"); row.circuit.state = "gone"; return msg;',
      ['tell any'],
    ),
    // Asked as soon as flows start, whether or not the journal is open by then.
    placed('at once', 'inject', {
      props: [{ p: 'payload' }],
      payloadType: 'date',
      once: true,
      onceDelay: 0,
      wires: [['early', 'early too']],
    }),
    placed('early', 'provisioning-query', {
      registry: 'registry',
      operation: 'registry',
      wires: [['print early']],
    }),
    code('print early', 'node.warn("early: " + msg.payload.id + " " + msg.payload.state);'),
    placed('early too', 'provisioning-query', {
      registry: 'registry',
      operation: 'events',
      wires: [['print early too']],
    }),
    code('print early too', 'node.warn("early: " + msg.payload.items.length + " events");'),
    placed('malformed', 'provisioning-query', { registry: 'registry', grants: ['everything'] }),
    catching('catch', Object.keys(nodes), 'caught'),
    answering(
      'caught',
      'payload: msg.payload, error: { message: msg.error.message, code: msg.error.code }, kept: msg.kept',
    ),
    httpResponse,
  ];
};

describe('a query node', function () {
  this.timeout(60_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let statuses: NodeStatuses;
  let answer = 200;

  before(async () => {
    const obeys: Behaviour = ({ response }) => void response.writeHead(answer).end('said the receiver');
    receiver = await misbehavingServer(obeys);
    const userDir = temporaryFolder('query-');
    // A file where the folder of its journal should be.
    mkdirSync(join(userDir, 'provisioning'));
    writeFileSync(join(userDir, 'provisioning/broken'), '');
    red = await startNodeRed({ settings: fewNodes, userDir, flows: flowsFor(receiver.url) });
    statuses = await followStatuses(red);
  });
  after(async () => {
    statuses.close();
    await red.kill9();
    await receiver.close();
  });

  const ask = async (node: keyof typeof nodes, question: Question): Promise<Said> => {
    const response = await red.node(`/${node}`, postJson(question));
    return { ...((await response.json()) as Omit<Said, 'status'>), status: response.status };
  };
  const does = async (
    operation: OperationName,
    payload: Json = {},
    by?: string,
  ): Promise<Said['payload']> => {
    const said = await ask('any', { operation, payload, by });
    assert.equal(said.error, undefined);
    done.add(operation);
    return said.payload;
  };
  const fire = async (object: number): Promise<string> => {
    const response = await red.admin(`${here}/events`, postJson(envelope(object)));
    return ((await response.json()) as { id: string }).id;
  };
  /** Executions of an event once all of them stand so. */
  const rowsOf = (eventId: string, status: string): Promise<Json[]> =>
    eventually(`executions that are ${status}`, async () => {
      const { items } = await red.get<{ items: Json[] }>(`${here}/executions?eventId=${eventId}`);
      return items.length === 2 && items.every((row) => row['status'] === status) && items;
    });
  const handlerRow = async (id: string): Promise<Json | undefined> => {
    const { items } = await red.get<{ items: Json[] }>(`${here}/handlers`);
    return items.find((row) => row['id'] === id);
  };
  const lasting = ['id', 'name', 'number', 'priority', 'type', 'target', 'events'];
  /** What of the handlers stays as it is while calls of them end. */
  const settingsOf = (handlers: unknown) =>
    (handlers as { items: Json[] }).items.map((row) => lasting.map((column) => row[column]));
  /** Operations that have been carried out. */
  const done = new Set<OperationName>();

  it('answers who asks as soon as flows start: waits for the journal, or says that it is being opened', async () => {
    await red.printed(/early: registry (?:starting|ready)/);
    await red.printed(/early: 0 events/);
  });

  it('answers each question as the admin API does', async () => {
    answer = 200;
    const eventId = await fire(1);
    const [row] = await rowsOf(eventId, 'succeeded');
    answer = 400;
    await rowsOf(await fire(2), 'failed');
    const range = { from: new Date(Date.now() - 600_000).toISOString(), to: new Date().toISOString() };
    const asked: [OperationName, Json, string][] = [
      ['catalogue', {}, 'catalogue'],
      ['handlers', { eventType: 'clients.create', status: '' }, 'handlers?eventType=clients.create'],
      ['executions', {}, 'executions'],
      ['executions', { status: ['failed'], limit: 1 }, 'executions?status=failed&limit=1'],
      ['executions', { handler: 'once', text: '' }, 'executions?handler=once'],
      ['execution', { execution: row?.['id'] }, `executions/${row?.['id']}`],
      ['events', { objectId: 2 }, 'events?objectId=2'],
      ['event', { event: eventId }, `events/${eventId}`],
      ['stats', { ...range, step: 30 }, `stats?${new URLSearchParams({ ...range, step: '30' })}`],
      ['failures', range, `failures?${new URLSearchParams(range)}`],
      ['replays', {}, 'replays'],
    ];
    for (const [operation, payload, path] of asked) {
      const answered = await does(operation, payload);
      assert.deepEqual(answered, await red.get(`${here}/${path}`), operation);
      if (operation !== 'replays')
        assert.notDeepEqual(answered.items, [], `${operation} has something to answer`);
    }
    const registries = await red.get<Json[]>('provisioning/registries');
    const own = registries.find(({ id }) => id === 'registry');
    assert.deepEqual(await does('registry'), own);
    assert.deepEqual([...done, ...changes].sort(), operationNames.toSorted());
  });

  it('switches a handler, and tells who did it, why, and until when', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const switched = await does('switch', { handler: 'crm', status: 'held', reason: 'works', until }, 'Anna');
    assert.deepEqual(switched, await handlerRow('crm'));
    const { at, ...override } = switched['override'] as Json;
    assert.deepEqual(override, { status: 'held', by: 'Anna', reason: 'works', until });
    assert.ok(Math.abs(Date.parse(String(at)) - Date.now()) < 30_000);
    const back = await does('switch', { handler: 'crm', status: 'enabled' });
    assert.deepEqual([back['status'], back['override']], ['enabled', null]);
  });

  it('holds the registry as a whole, and releases it', async () => {
    const ownRow = async () =>
      (await red.get<Json[]>('provisioning/registries')).find(({ id }) => id === 'registry');
    const held = await does('hold', { reason: 'the night' }, ' Anna ');
    assert.deepEqual(held, await ownRow());
    const { status, by, reason } = held['override'] as Json;
    assert.deepEqual([status, by, reason], ['held', 'Anna', 'the night']);
    const released = await does('release');
    assert.deepEqual(released, await ownRow());
    assert.equal(released['override'], undefined);
  });

  it('replays one, an event, and all that match, and shows how far it is', async () => {
    answer = 400;
    const event = await fire(11);
    const [, failed] = await rowsOf(event, 'failed');
    for (const object of [12, 14]) await rowsOf(await fire(object), 'failed');
    answer = 200;
    const madeFor = async (id: unknown) => {
      const about = { execution: id };
      const row = await eventually('its turn', async () => {
        const said = await ask('any', { operation: 'execution', payload: about });
        return said.status === 200 && said.payload;
      });
      assert.equal(row['by'], (await red.get<Json>(`${here}/executions/${id}`))['by']);
      return row['by'];
    };
    const { id } = await does('replay-execution', { execution: failed?.['id'] }, 'Anna');
    const made = await eventually('its end', async () => {
      const [row] = (await does('executions', { ids: [id] })).items;
      return row?.['status'] === 'succeeded' && row;
    });
    assert.equal(made['replayOf'], failed?.['id']);
    const replayed = await does('replay-event', { event }, 'Bert');
    assert.deepEqual([replayed['id'], (replayed['executions'] as string[]).length], [event, 1]);
    const [other] = replayed['executions'] as string[];
    assert.deepEqual([await madeFor(id), await madeFor(other)], ['Anna', 'Bert']);
    assert.equal(await madeFor(failed?.['id']), null);

    const { replaying } = await does('replay-all', { filter: { handler: 'crm', status: 'failed' } });
    await statuses.become('any', ({ text }) => text === `replayed ${replaying}`);
    // Those are replayed as soon as they are let go; what still runs of an event keeps it out of another replay.
    await eventually('their calls are over', async () => {
      const { items } = await does('events', { status: ['waiting', 'running'] });
      return items.length === 0;
    });
    const filter = { handler: 'once', status: 'failed' };
    const dry = await does('replay-all', { filter, dryRun: true });
    const asked = await red.admin(`${here}/replay`, postJson({ filter, dryRun: true }));
    assert.deepEqual(dry, await asked.json());
    assert.ok(Number(dry['matched']) >= 2);
    const bounded = { filter, upTo: dry['upTo'], ratePerSecond: 0.001 };
    const begun = await does('replay-all', bounded, 'Anna');
    assert.deepEqual(begun, { matched: dry['matched'], replaying: dry['matched'] });
    await statuses.become('any', ({ text = '' }) => /^replaying: [1-9]\d* %$/.test(text));
    const replays = await does('replays');
    assert.deepEqual(replays, await red.get(`${here}/replays`));
    const [replay] = replays.items;
    assert.deepEqual([replay?.['status'], replay?.['by']], ['running', 'Anna']);
    assert.deepEqual(await does('stop-replay', { replay: replay?.['id'] }), { id: replay?.['id'] });
    await statuses.become('any', ({ text }) => text === 'stopped at 1');
  });

  it('has events go into the flow again, and delivers what a handler has missed', async () => {
    const since = new Date().toISOString();
    const [row] = await rowsOf(await fire(15), 'succeeded');
    assert.ok(row);
    const filter = { objectId: '15' };
    const dry = await does('replay-events', { filter, dryRun: true });
    const asked = await red.admin(`${here}/events/replay`, postJson({ filter, dryRun: true }));
    assert.deepEqual(dry, await asked.json());
    assert.equal(dry['matched'], 0);
    const counted = await does('deliver-missed', { handler: 'crm', since, dryRun: true });
    const counting = await red.admin(`${here}/handlers/crm/deliver`, postJson({ since, dryRun: true }));
    assert.deepEqual(counted, await counting.json());
    await does('switch', { handler: 'crm', status: 'disabled' });
    const missed = await fire(16);
    await eventually('its chain has passed the handler', async () => {
      const { status } = await does('event', { event: missed });
      return status === 'succeeded';
    });
    await does('switch', { handler: 'crm', status: 'enabled' });
    const { looking } = await does('deliver-missed', { handler: 'crm', since }, 'Anna');
    assert.ok(Number(looking) >= 1);
    await statuses.become('any', ({ text }) => text === 'replayed 1');
    const items = await eventually('it is delivered', async () => {
      const { items } = await does('executions', { objectId: '16', handler: 'crm' });
      return items[0]?.['status'] === 'succeeded' && items;
    });
    assert.deepEqual(
      items.map(({ deliveredLater }) => deliveredLater),
      [true],
    );
    assert.equal((await does('execution', { execution: items[0]?.['id'] }))['by'], 'Anna');
  });

  it('cancels one that waits, and all that match, a part with each message', async () => {
    answer = 503;
    for (const object of [21, 22, 23]) await fire(object);
    const parked = await eventually('three wait', async () => {
      const { items } = await does('executions', { status: 'parked' });
      return items.length === 3 && items.map(({ id }) => id);
    });
    const [one, ...others] = parked;
    assert.deepEqual(await does('cancel-execution', { execution: one }, 'Anna'), { id: one });
    const filter = { handler: 'crm' };
    const dry = await does('cancel-all', { filter, dryRun: true });
    const asked = await red.admin(`${here}/cancel`, postJson({ filter, dryRun: true }));
    assert.deepEqual(dry, await asked.json());
    assert.deepEqual(await does('cancel-all', { filter, upTo: dry['upTo'] }, 'Bert'), {
      cancelled: 2,
      nextCursor: null,
    });
    const said = await Promise.all(
      [one, ...others].map(
        async (execution) => String((await does('execution', { execution }))['error']).split(';')[0],
      ),
    );
    assert.deepEqual(said, ['cancelled by Anna', 'cancelled by Bert', 'cancelled by Bert']);
  });

  it('closes a circuit, and says what has become of it in the meantime', async () => {
    answer = 503;
    for (let object = 30; object < 42; object += 1) await fire(object);
    const isOpen = async () =>
      ((await handlerRow('crm'))?.['circuit'] as { state: string } | undefined)?.state === 'open';
    await eventually('an open circuit', isOpen);
    // A call that was on its way when it opened would close it by its success.
    await eventually(
      'no call under way',
      async () => (await does('executions', { status: 'running' })).items.length === 0,
    );
    answer = 200;
    assert.deepEqual(await does('close-circuit', { handler: 'crm' }), { state: 'closed' });
    assert.equal(await isOpen(), false);
    const again = await ask('any', { operation: 'close-circuit', payload: { handler: 'crm' } });
    const message = 'close-circuit: the circuit of "CRM" is closed already';
    assert.deepEqual([again.status, again.error], [409, { code: 'conflict', message }]);
  });

  it('has carried out every operation that there is', () => {
    assert.deepEqual([...done].sort(), operationNames.toSorted());
  });

  it('refuses what its author has not granted, and names the box to tick', async () => {
    const text = await textsOf('provisioning-query');
    const payload = { handler: 'crm', status: 'disabled', execution: 'e', event: 'e', replay: 1, filter: {} };
    for (const operation of changes) {
      const grant = grantOf(operation);
      assert.ok(grant);
      for (const node of ['reads', 'switches'] as const) {
        const said = await ask(node, { operation, payload, by: 'Anna' });
        if (node === 'switches' && grant === 'switch') {
          assert.equal(said.error?.code, 'invalid', 'it is granted, but not a good question');
          continue;
        }
        const box = text(`provisioning-query.grant.${grant}`);
        const message = `${operation}: ${text('provisioning-query.error.notGranted', { box })}`;
        assert.deepEqual(said, { status: 403, payload, kept: 'so', error: { code: 'forbidden', message } });
      }
    }
    await statuses.become('reads', ({ text }) => text === 'not granted');
    const switched = await ask('switches', {
      operation: 'switch',
      payload: { handler: 'once', status: 'enabled' },
    });
    assert.deepEqual([switched.status, switched.payload['status']], [200, 'enabled']);
  });

  for (const [what, question, code, message] of [
    ['no operation', {}, 'invalid', /^msg: operation: must be one of registry, /],
    ['an unknown operation', { operation: 'restart' }, 'invalid', /^msg: operation: must be one of/],
    ['a name that every object has', { operation: 'toString' }, 'invalid', /^msg: operation: must be one of/],
    [
      'JSON that nobody has parsed',
      { operation: 'executions', payload: '{}' },
      'invalid',
      /^executions: payload: /,
    ],
    [
      'a list',
      { operation: 'executions', payload: [] },
      'invalid',
      /^executions: payload: must be an object/,
    ],
    [
      'true',
      { operation: 'executions', payload: true },
      'invalid',
      /^executions: payload: must be an object/,
    ],
    [
      'a page too long',
      { operation: 'events', payload: { limit: 501 } },
      'invalid',
      /^events: limit: .*500 at most/,
    ],
    [
      'a misspelt condition',
      { operation: 'events', payload: { stauts: 'failed' } },
      'invalid',
      /^events: stauts: is not known/,
    ],
    [
      'a cursor of no list',
      { operation: 'events', payload: { cursor: 'x' } },
      'invalid',
      /^events: cursor: /,
    ],
    ['no id', { operation: 'execution' }, 'invalid', /^execution: execution: is missing/],
    [
      'an empty id',
      { operation: 'event', payload: { event: '' } },
      'invalid',
      /^event: event: must not be empty/,
    ],
    [
      'an id of nothing',
      { operation: 'event', payload: { event: 'ev-1' } },
      'not_found',
      /^event: there is no event ev-1/,
    ],
    [
      'a trial of what knows none',
      { operation: 'replay-event', payload: { event: 'ev-1', dryRun: true } },
      'invalid',
      /^replay-event: dryRun: is not known/,
    ],
    ['no filter', { operation: 'replay-all' }, 'invalid', /^replay-all: filter: is missing/],
    [
      'a filter that is null',
      { operation: 'cancel-all', payload: { filter: null } },
      'invalid',
      /^cancel-all: filter: /,
    ],
    [
      'an empty condition',
      { operation: 'cancel-all', payload: { filter: { handler: '' } } },
      'invalid',
      /^cancel-all: handler: /,
    ],
    [
      'no handler',
      { operation: 'switch', payload: { status: 'held' } },
      'invalid',
      /^switch: handler: is missing/,
    ],
    [
      'no such handler',
      { operation: 'switch', payload: { handler: 'x', status: 'held' } },
      'not_found',
      /^switch: there is no handler x/,
    ],
    [
      'an archiving',
      { operation: 'switch', payload: { handler: 'crm', status: 'archived' } },
      'conflict',
      /^switch: .*in its dialog only/,
    ],
    [
      'a hold of one handler',
      { operation: 'hold', payload: { handler: 'crm' } },
      'invalid',
      /^hold: handler: is not known/,
    ],
    [
      'an end that has passed',
      { operation: 'hold', payload: { until: '2020-01-31T12:00:00Z' } },
      'invalid',
      /^hold: until: /,
    ],
    [
      'somebody who is no text',
      { operation: 'hold', by: { name: 'Anna' } },
      'invalid',
      /^hold: by: must be a text/,
    ],
    [
      'a name of 257 characters',
      { operation: 'hold', by: 'a'.repeat(257) },
      'invalid',
      /^hold: by: must have 256/,
    ],
    [
      'a replay that is none',
      { operation: 'stop-replay', payload: { replay: 'x' } },
      'not_found',
      /^stop-replay: there is no replay x/,
    ],
  ] as const)
    it(`does nothing for ${what}, and hands the message to a Catch node as it came`, async () => {
      const said = await ask('any', question);
      const status = { invalid: 400, not_found: 404, conflict: 409 }[code];
      assert.deepEqual([said.status, said.error?.code, said.kept], [status, code, 'so']);
      assert.match(said.error?.message ?? '', message);
      assert.deepEqual(said.payload, 'payload' in question ? question.payload : undefined);
      assert.equal((await does('registry'))['override'], undefined);
      for (const id of ['crm', 'once']) assert.equal((await handlerRow(id))?.['override'], null);
    });

  it('takes what is empty, or a timestamp, for no parameters', async () => {
    const expected = settingsOf(await red.get(`${here}/handlers`));
    for (const payload of [undefined, null, '', 1769860800000, {}])
      assert.deepEqual(settingsOf((await ask('fixed', { payload })).payload), expected);
  });

  it('does what its dialog has chosen, whatever the message names', async () => {
    const said = await ask('fixed', { operation: 'executions' });
    assert.deepEqual(settingsOf(said.payload), settingsOf(await red.get(`${here}/handlers`)));
    assert.deepEqual([said.kept, said.nextCursor], ['so', 'old']);
    await statuses.become('fixed', ({ fill, text }) => fill === 'grey' && text === 'handlers: 2');
  });

  it('answers with flat rows, which all have the columns of their kind', async () => {
    const range = { from: new Date(Date.now() - 600_000).toISOString() };
    const { items } = await does('events', { limit: 1 });
    const asked: [OperationName, Json][] = [
      ['registry', {}],
      ['catalogue', {}],
      ['handlers', {}],
      ['executions', {}],
      ['events', {}],
      ['event', { event: items[0]?.['id'] }],
      ['stats', range],
      ['failures', range],
      ['replays', {}],
      ['replay-all', { filter: {}, dryRun: true }],
      ['cancel-all', { filter: {}, dryRun: true }],
    ];
    for (const [operation, payload] of asked) {
      const { payload: rows } = await ask('flat', { operation, payload });
      assert.ok(Array.isArray(rows) && rows.length > 0, operation);
      const columns = Object.keys(rows[0]);
      for (const row of rows as Json[]) {
        assert.deepEqual(Object.keys(row), columns, operation);
        for (const [column, cell] of Object.entries(row))
          assert.ok(
            cell === null || typeof cell !== 'object',
            `${operation}: ${column} is ${JSON.stringify(cell)}`,
          );
      }
    }
    const { payload: handlers } = await ask('flat', { operation: 'handlers' });
    const { name, events, overrideBy, circuitState } = (handlers as unknown as Json[])[0] ?? {};
    assert.deepEqual([name, events, overrideBy, circuitState], ['CRM', 'clients.*, a.b', null, 'closed']);
  });

  it('leads through flat pages by a cursor that stands beside them', async () => {
    const page = async (cursor?: string | null) => {
      const payload = { objectId: '1', limit: 1, cursor };
      const said = await ask('flat', { operation: 'executions', payload });
      const [row] = said.payload as unknown as Json[];
      return { handler: row?.['handlerName'], nextCursor: said.nextCursor };
    };
    const first = await page();
    assert.equal(typeof first.nextCursor, 'string');
    const second = await page(first.nextCursor);
    assert.deepEqual(new Set([first.handler, second.handler]), new Set(['CRM', 'ONCE']));
    if (second.nextCursor !== null) assert.equal((await page(second.nextCursor)).nextCursor, null);
    assert.equal((await ask('flat', { operation: 'handlers' })).nextCursor, undefined);
  });

  it('gives answers of which a flow may make what it likes', async () => {
    const spoiled = (await (await red.node('/spoil', postJson({}))).json()) as Said;
    assert.deepEqual(spoiled.payload.items[0]?.['events'], ['clients.*', 'a.b', 'x.y']);
    const { events, circuit } = (await handlerRow('crm')) ?? {};
    assert.deepEqual([events, (circuit as Json)['state']], [['clients.*', 'a.b'], 'closed']);
  });

  it('works in a subflow whose instance names the registry', async () => {
    const said = (await (await red.node('/subflow', postJson({}))).json()) as Said;
    assert.deepEqual(settingsOf(said.payload), settingsOf(await red.get(`${here}/handlers`)));
  });

  it('says what is wrong with its registry, its journal or its own configuration', async () => {
    const lost = await ask('lost', { operation: 'handlers', payload: { type: 'http' } });
    assert.deepEqual([lost.status, lost.error?.code, lost.payload], [503, 'unavailable', { type: 'http' }]);
    assert.match(lost.error?.message ?? '', /^handlers: no registry: choose one/);
    await statuses.become('lost', ({ text = '' }) => text.startsWith('no registry'));
    const broken = await ask('broken', { operation: 'executions' });
    assert.deepEqual([broken.status, broken.error?.code], [503, 'unavailable']);
    assert.match(broken.error?.message ?? '', /^executions: .*broken/);
    await red.printed(
      /\[provisioning-query:malformed\] query node "malformed": grants\[0\]: must be a list of switch/,
    );
  });

  it('finds nothing by an id that is none, whatever stands in it', async () => {
    for (const operation of operationNames) {
      const { on } = operations[operation];
      if (!on) continue;
      const status = operation === 'switch' ? 'held' : undefined;
      const said = await Promise.all(
        hostileValues.map((id) => ask('any', { operation, payload: { [on]: id, status } })),
      );
      for (const [index, { error }] of said.entries())
        assert.match(error?.code ?? '', /^(?:invalid|not_found)$/, `${operation} ${hostileValues[index]}`);
    }
  });

  it('answers as before once it was deployed anew', async () => {
    await red.deploy(flowsFor(receiver.url));
    assert.deepEqual(settingsOf(await does('handlers')), settingsOf(await red.get(`${here}/handlers`)));
  });
});
