import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import type { ExecutionDetails } from '../../src/engine/words/admin-answers.ts';
import type { AttemptRow, ExecutionRow } from '../../src/engine/words/execution.ts';
import type { Handler } from '../../src/engine/words/handler.ts';
import { migrate } from '../../src/runtime/migrations.ts';
import { aHandler, anEnvelope, EngineBench, outage } from '../support/engine-bench.ts';
import { eventually } from '../support/eventually.ts';
import { logged, putRegistry, savedFlows } from '../support/first-version.ts';
import { misbehavingServer } from '../support/misbehaving-server.ts';
import { startNodeRed } from '../support/node-red.ts';
import { postJson } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const saved = savedFlows
  .filter(({ type }) => type === 'provisioning-handler')
  .map((node) => migrate('handler', node));
/** The handlers of its flow, as far as the engine knows of them. */
const handlers = saved.map(
  ({ id, name, events, handlerStatus, priority, onFailure, retryDelays, retryOn, concurrency, url }) =>
    aHandler(id, {
      handlerType: 'http',
      ...{ name, events, handlerStatus, priority, onFailure, retryDelays, retryOn, concurrency, url },
    }),
);
/** One that was not in the flow any more. */
const left = aHandler('left', { events: ['orders.create'], retryDelays: [60] });

/** Attempts without what it did not know: it sent the event itself, and kept whom for the last one only. */
function known(attempts: readonly AttemptRow[]): Omit<AttemptRow, 'sentBody' | 'target'>[] {
  return attempts.map(({ sentBody, target: _, ...attempt }) => {
    assert.equal(sentBody, null);
    return attempt;
  });
}

describe('what version 0.1.0 has written', () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    putRegistry(bench.folder);
    bench.time.set(logged.now);
    for (const { id } of [...handlers, left]) bench.behaviours.set(id, () => undefined);
    await bench.start(handlers);
  });
  afterEach(() => bench.end());

  const everyExecution = async () => {
    const log = await bench.engine.log();
    const { items } = await log.executions({}, { limit: 500 });
    return new Map(items.map((row) => [row.id, row]));
  };
  const rowOf = async (handler: string, objectId: string): Promise<ExecutionRow | undefined> =>
    [...(await everyExecution()).values()].find(
      (row) => row.handler.id === handler && row.objectId === objectId,
    );
  const called = (handler: string) =>
    bench.calls
      .filter((call) => call.handler === handler)
      .map(({ objectId, attempt }) => [objectId, attempt]);

  it('was in every stage and status there was', () => {
    const statuses = (rows: readonly { readonly status: string }[]) => [
      ...new Set(rows.map(({ status }) => status)),
    ];
    assert.deepEqual(statuses(logged.events).sort(), [
      'cancelled',
      'failed',
      'parked',
      'running',
      'succeeded',
      'unclaimed',
      'unhandled',
      'waiting',
    ]);
    assert.deepEqual(statuses(logged.executions).sort(), [
      'cancelled',
      'failed',
      'parked',
      'running',
      'skipped',
      'succeeded',
    ]);
    assert.deepEqual([...new Set(logged.executions.flatMap(({ parkedFor }) => parkedFor ?? []))].sort(), [
      'circuit',
      'disabled',
      'missing',
      'order',
      'retry',
    ]);
  });

  it('holds every event and execution as it was', async () => {
    const log = await bench.engine.log();
    assert.deepEqual(bench.logged, []);
    for (const event of logged.events) {
      const { executions: _, ...now } = await log.event(event.id);
      // What was on its way is so again.
      if (event.status === 'waiting') assert.match(now.status, /^(waiting|running)$/);
      const expected = event.status === 'waiting' ? { ...event, status: now.status } : event;
      assert.deepEqual(now, expected, event.id);
    }
    const ids = new Set(logged.executions.map(({ id }) => id));
    for (const id of (await everyExecution()).keys()) ids.delete(id);
    assert.deepEqual([...ids], []);
    for (const execution of logged.executions) {
      if (execution.status === 'running') continue;
      const {
        searchedInPart,
        replayedAs: _,
        sentBody,
        by,
        attemptList,
        ...now
      } = await log.execution(execution.id);
      // What it did not know.
      assert.deepEqual([searchedInPart, sentBody, by], [[], null, null]);
      assert.deepEqual({ ...now, attemptList: known(attemptList) }, execution, execution.id);
    }
  });

  it('has the calls that were on their way made again, as the same ones', async () => {
    const cutOff = logged.executions.filter(({ status }) => status === 'running');
    assert.deepEqual(
      bench.calls
        .filter(({ handler }) => handler !== 'billing')
        .map(({ handler, webhookId, attempt, body }) => ({ handler, webhookId, attempt, body }))
        .sort((a, b) => a.handler.localeCompare(b.handler)),
      cutOff
        .map(({ eventId, handler, attempts, request }: ExecutionDetails) => ({
          handler: handler.id,
          webhookId: `${eventId}_${handler.id}`,
          attempt: attempts + 2,
          body: request,
        }))
        .sort((a, b) => a.handler.localeCompare(b.handler)),
    );
    const log = await bench.engine.log();
    for (const { id, attemptList } of cutOff) {
      const { attemptList: now } = await log.execution(id);
      assert.deepEqual(known(now.slice(0, attemptList.length)), attemptList);
      assert.match(String(now.at(-1)?.error), /Node-RED ended while the handler was being called/);
    }
  });

  it('has the events go on that waited, in the order of their objects', async () => {
    for (const id of ['billing', 'mailer', 'slow', 'retried']) bench.behaviours.set(id, () => ({}));
    await bench.answerAll();
    await bench.settle();
    const texts = bench.calls
      .filter(({ handler }) => handler === 'slow')
      .map(({ objectId, body }) => `${objectId} ${Object.keys(JSON.parse(body).data)}`);
    assert.deepEqual(
      texts.filter((text) => text.startsWith('1')),
      ['1 running', '1 queued', '1 behind'],
    );
    assert.deepEqual(
      texts.filter((text) => text.startsWith('2')),
      ['2 due'],
    );
    assert.deepEqual(called('billing').sort(), [
      ['7', 1],
      ['8', 1],
    ]);
    assert.deepEqual(
      bench.select('select count(*) as n from events where stage < 6').map((row) => ({ ...(row as object) })),
      [{ n: 0 }],
    );
  });

  it('has parked executions run when they are due, one object in order', async () => {
    bench.behaviours.set('mailer', () => outage);
    await bench.advance(3_599_000 - (logged.now - Date.parse('2026-01-31T12:01:01Z')));
    assert.deepEqual(called('mailer'), []);
    await bench.advance(2000);
    assert.deepEqual(called('mailer'), [['4', 2]]);
    bench.behaviours.set('mailer', () => ({}));
    await bench.advance(7_201_000);
    assert.deepEqual(called('mailer'), [
      ['4', 2],
      ['4', 3],
      ['4', 1],
    ]);
  });

  it('keeps circuits: one is probed and closes, one that is gone waits for an operator', async () => {
    assert.equal(bench.engine.circuitOf('ledger').state, 'open');
    assert.equal(bench.engine.circuitOf('old-crm').state, 'gone');
    for (const id of ['ledger', 'old-crm']) bench.behaviours.set(id, () => ({}));
    await bench.advance(31_000);
    assert.equal(bench.engine.circuitOf('ledger').state, 'closed');
    assert.deepEqual(called('ledger'), [
      ['11', 1],
      ['12', 1],
    ]);
    assert.deepEqual(called('old-crm'), []);
    await (await bench.engine.operator()).closeCircuit('old-crm');
    await bench.advance(61_000);
    assert.deepEqual(
      called('old-crm')
        .map(([objectId]) => objectId)
        .sort(),
      ['1', '2'],
    );
  });

  it("keeps handlers' numbers and operators' switches", async () => {
    const known = await bench.engine.handlers();
    assert.deepEqual(Object.fromEntries(known.map(({ config, number }) => [config.id, number])), {
      ...Object.fromEntries(handlers.map(({ id }, place) => [id, place + 1])),
    });
    assert.deepEqual(known.find(({ config }) => config.id === 'rates')?.override, {
      status: 'disabled',
      by: 'anna',
      at: '2026-01-31T12:01:01.000Z',
      reason: 'the switch is replaced',
      until: null,
    });
    const added: Handler = aHandler('added', { events: ['clients.*'] });
    await bench.deploy([...handlers, left, added]);
    const numbers = (await bench.engine.handlers()).map(({ config, number }) => [config.id, number]);
    assert.deepEqual(numbers.filter(([id]) => id === 'left' || id === 'added').sort(), [
      ['added', 12],
      ['left', 11],
    ]);
  });

  it('has what waits for a disabled or a missing handler run, or end as stale, when that is back', async () => {
    for (const id of ['rates', 'left']) bench.behaviours.set(id, () => ({}));
    await (await bench.engine.operator()).switch('rates', 'enabled', 'anna', null);
    await bench.deploy([...handlers, left]);
    await bench.advance(61_000);
    assert.deepEqual(called('rates'), [['2', 2]]);
    assert.equal((await rowOf('rates', '1'))?.status, 'cancelled');
    assert.match(String((await rowOf('rates', '1'))?.error), /missed a later event/);
    assert.deepEqual(called('left'), [['1', 2]]);
  });

  it('can be replayed: what failed, what was skipped after it, and what nobody had claimed', async () => {
    for (const { id } of handlers) bench.behaviours.set(id, () => ({}));
    const operator = await bench.engine.operator();
    const failed = logged.events.find(
      ({ eventType, status }) => eventType === 'clients.remove' && status === 'failed',
    );
    await operator.replayEvent(String(failed?.id));
    await bench.settle();
    assert.equal((await (await bench.engine.log()).event(String(failed?.id))).status, 'succeeded');
    assert.deepEqual(called('cleaner'), [[failed?.objectId, 1]]);
    const unclaimed = logged.events.find(({ status }) => status === 'unclaimed');
    await operator.replayEvent(String(unclaimed?.id));
    await bench.settle();
    assert.equal((await (await bench.engine.log()).event(String(unclaimed?.id))).status, 'succeeded');
  });

  it('is found by a search', async () => {
    const log = await bench.engine.log();
    const ids = async (filter: Parameters<typeof log.executions>[0]) =>
      (await log.executions(filter, { limit: 500 })).items.map(({ id }) => id);
    await eventually('the text index has been made anew', async () => !(await log.counts()).indexing);
    const expected = (is: (row: ExecutionDetails) => boolean) =>
      logged.executions.filter(is).map(({ id }) => id);
    for (const [filter, is] of [
      [{ text: 'letter' }, ({ response }) => Boolean(response?.includes('letter'))],
      [{ text: 'zoe' }, ({ request }) => request.includes('Zoë')],
      [{ objectId: '4' }, ({ objectId }) => objectId === '4'],
      [
        { status: ['failed'], handler: 'ledger' },
        ({ status, handler }) => status === 'failed' && handler.id === 'ledger',
      ],
    ] satisfies [Parameters<typeof ids>[0], (row: ExecutionDetails) => boolean][]) {
      const found = await ids(filter);
      assert.ok(found.length > 0);
      assert.deepEqual(found.sort(), expected(is).sort(), JSON.stringify(filter));
    }
  });

  it('knows a repeated request by its key', async () => {
    const key = { key: 'order-4711', hash: 'a-hash' };
    const again = await bench.engine.accept([anEnvelope(9)], 'event-node', key);
    assert.equal(again.duplicate, true);
    const first = logged.events.find(
      ({ objectId, eventType }) => objectId === '9' && eventType === 'clients.update',
    );
    assert.deepEqual(again.ids, [first?.id]);
    await assert.rejects(bench.engine.accept([anEnvelope(9)], 'event-node', { ...key, hash: 'another' }), {
      name: 'Conflict',
    });
  });

  it('is deployed and delivered by a Node-RED with this version', async function () {
    this.timeout(60_000);
    const userDir = temporaryFolder();
    putRegistry(join(userDir, 'provisioning', 'registry'));
    const server = await misbehavingServer();
    const flows = savedFlows.map((node) =>
      node.type === 'provisioning-handler' ? { ...node, url: `${server.url}/${node.id}` } : node,
    );
    const nodeRed = await startNodeRed({ userDir, flows });
    try {
      await eventually('the registry is open', async () => {
        const [found] = await nodeRed.get<{ state: string; error?: string }[]>('provisioning/registries');
        if (found?.state !== 'ready') throw new Error(`${found?.state}: ${found?.error}`);
        return true;
      });
      const listed = await nodeRed.get<{
        items: { id: string; number: number; status: string; override: unknown }[];
      }>('provisioning/registries/registry/handlers');
      assert.equal(listed.items.length, handlers.length - 1);
      assert.equal(listed.items.find(({ id }) => id === 'rates')?.status, 'disabled');
      const before = await nodeRed.get<{ items: unknown[] }>(
        'provisioning/registries/registry/events?limit=500',
      );
      assert.equal(before.items.length, logged.events.length);
      const accepted = await nodeRed.node('provisioning/events', postJson(anEnvelope(77, 'clients.update')));
      assert.equal(accepted.status, 202);
      const [cutOff] = logged.executions.filter(({ handler }) => handler.id === 'slow');
      await eventually('the cut off call and the new event have arrived', () => {
        const heard = server.received.map(({ headers }) => String(headers['webhook-id']));
        return (
          heard.includes(`${cutOff?.eventId}_slow`) && server.received.some(({ body }) => body.includes('77'))
        );
      });
    } finally {
      await nodeRed.stop();
      await server.close();
    }
  });
});
