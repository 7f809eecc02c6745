import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FailureGroups } from '../../src/engine/words/admin-answers.ts';
import { eventually } from '../support/eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
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

interface Row {
  readonly id: string;
  readonly seq: number;
  readonly status: string;
  readonly parkedFor: string | null;
  readonly objectId: string;
  readonly handler: { readonly id: string };
}
interface List<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
interface Handler {
  readonly id: string;
  readonly status: string;
  readonly [property: string]: unknown;
}
interface Failure {
  readonly error: { code: string; message: string; issues?: { field: string; message: string }[] };
}

const here = 'provisioning/registries/registry';

describe('admin API', function () {
  this.timeout(30_000);
  let red: NodeRed;
  let receiver: Server;
  let flows: FlowNode[];

  before(async () => {
    // Answers 500 to what concerns the object 500, else 200.
    receiver = createServer(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      res.statusCode = JSON.parse(body).event.object_id === 500 ? 500 : 200;
      res.end(`got ${req.headers['webhook-id']}`);
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
    flows = [
      tab,
      registry({ name: 'Main', eventTypes: [{ id: 'pbx.ring', title: 'Ringing', sample: { line: 3 } }] }),
      httpHandler(url, { id: 'early', name: 'Early', priority: 5, events: ['clients.*'] }),
      httpHandler(url, { id: 'late', name: 'Late', priority: 50, events: ['clients.create'] }),
      httpHandler(url, { id: 'old', name: 'Old', handlerStatus: 'archived' }),
      httpHandler(url, { id: 'off', name: 'Off', handlerStatus: 'disabled', events: ['pbx.ring'] }),
      httpHandler('', {
        id: 'script',
        name: 'Script',
        handlerType: 'local',
        command: 'echo-event.sh',
        events: [],
      }),
      httpHandler('ftp://nowhere', { id: 'bad', name: 'Bad', events: ['pbx.bad'] }),
      registry({ id: 'refused', name: 'Refused', concurrency: 0 }),
      eventNode({ eventType: 'clients.create' }),
      intakeNode('/in', { id: 'intake' }),
      executor(),
    ];
    const userDir = temporaryFolder();
    mkdirSync(join(userDir, 'provisioning/left-behind'), { recursive: true });
    writeFileSync(join(userDir, 'provisioning/left-behind/journal.sqlite'), '');
    mkdirSync(join(userDir, 'provisioning/scripts'));
    red = await startNodeRed({ flows, userDir });
  });
  after(async () => {
    await red.kill9();
    receiver.close();
    receiver.closeAllConnections();
  });

  async function fire(objectId: number | string): Promise<string> {
    const response = await red.admin(`${here}/events`, postJson(envelope(objectId)));
    assert.equal(response.status, 202);
    return ((await response.json()) as { id: string }).id;
  }

  async function fails(status: number, path: string, init?: RequestInit): Promise<Failure['error']> {
    const response = await red.admin(path, init);
    const text = await response.text();
    assert.equal(response.status, status, `${path}: ${text}`);
    const { error } = JSON.parse(text) as Failure;
    assert.ok(error.code && error.message, text);
    return error;
  }

  const executionsOf = (eventId: string, count: number) =>
    eventually(`${count} executions of ${eventId}`, async () => {
      const { items } = await red.get<List<Row>>(`${here}/executions?eventId=${eventId}`);
      return items.length === count && items.every(({ status }) => status !== 'running') && items;
    });

  const handlers = async (query = '') =>
    (await red.get<{ items: Handler[] }>(`${here}/handlers${query}`)).items.map(({ id }) => id);

  const patch = (handler: string, body: unknown): [path: string, init: RequestInit] => [
    `${here}/handlers/${handler}`,
    { ...postJson(body), method: 'PATCH' },
  ];

  describe('GET /registries', () => {
    it('lists the deployed ones, the refused ones with their reason, and those that were left behind', async () => {
      const [main, refused, orphan, ...others] = await eventually('the journal is open', async () => {
        const list = await red.get<Record<string, unknown>[]>('provisioning/registries');
        return list[0]?.['state'] === 'ready' && list;
      });
      assert.deepEqual(others, []);
      const { error, ...rest } = main ?? {};
      assert.deepEqual(rest, {
        id: 'registry',
        name: 'Main',
        state: 'ready',
        handlers: 6,
        backlog: 0,
        running: 0,
        parked: 0,
        unresolved: 0,
      });
      assert.match(
        String(error),
        /^1 handler is not in force: handler "Bad": url: must be a URL that begins with http/,
      );
      assert.equal(refused?.['id'], 'refused');
      assert.equal(refused?.['state'], 'error');
      assert.match(String(refused?.['error']), /concurrency: must be 1 at least/);
      assert.deepEqual(orphan, {
        id: 'left-behind',
        name: '',
        state: 'orphaned',
        handlers: 0,
        backlog: 0,
        running: 0,
        parked: 0,
        unresolved: 0,
      });
    });
  });

  describe('GET catalogue', () => {
    it('lists the built-in event types and the registry’s own, with their samples', async () => {
      const { items } = await red.get<{ items: { id: string }[] }>(`${here}/catalogue`);
      assert.equal(items.length, 19);
      const { sample, ...own } = items.find(({ id }) => id === 'pbx.ring') as Record<string, unknown> & {
        id: string;
      };
      assert.deepEqual(own, { id: 'pbx.ring', group: 'Own', title: 'Ringing' });
      assert.deepEqual((sample as { data: unknown }).data, { line: 3 });
    });
  });

  describe('GET handlers', () => {
    it('lists them in priority order, without the archived ones', async () => {
      assert.deepEqual(await handlers(), ['early', 'bad', 'off', 'script', 'late']);
    });

    it('finds those that listen to an event type, of a type, or in a status', async () => {
      assert.deepEqual(await handlers('?eventType=clients.update'), ['early']);
      assert.deepEqual(await handlers('?eventType=clients.create'), ['early', 'late']);
      assert.deepEqual(await handlers('?type=local'), ['script']);
      assert.deepEqual(await handlers('?status=archived'), ['old']);
      assert.deepEqual(await handlers('?status=disabled&type=&eventType='), ['off']);
      assert.deepEqual(await handlers('?status=disabled&type=local'), []);
    });

    it('tells all of a handler', async () => {
      const { items } = await red.get<{ items: Handler[] }>(`${here}/handlers?eventType=clients.update`);
      const { number, target, parked, successRate, p95Ms, lastError, ...more } = items[0] ?? ({} as Handler);
      const { lastErrorAt, lastSuccessAt, nextAttemptAt, ...early } = more;
      assert.deepEqual(early, {
        id: 'early',
        name: 'Early',
        type: 'http',
        events: ['clients.*'],
        priority: 5,
        status: 'enabled',
        configuredStatus: 'enabled',
        override: null,
        circuit: { state: 'closed', since: null, error: null, nextProbeAt: null },
        condition: null,
      });
      assert.ok(Number.isInteger(number));
      assert.match(String(target), /^POST http:\/\/127\.0\.0\.1:\d+\/hooks$/);
      const health = [parked, successRate, p95Ms, lastError, lastErrorAt, lastSuccessAt, nextAttemptAt];
      assert.equal(health.includes(undefined), false);
    });

    it('tells why one that is deployed can not be called', async () => {
      const { items } = await red.get<{ items: Handler[] }>(`${here}/handlers?eventType=pbx.bad`);
      assert.deepEqual(
        items.map(({ id, status, refused }) => [id, status, refused]),
        [
          [
            'bad',
            'enabled',
            'handler "Bad": url: must be a URL that begins with http:// or https://, or a path of this Node-RED that begins with /',
          ],
        ],
      );
    });

    it('tells how it has been doing in the last hour', async () => {
      const events = [await fire(1), await fire(500)];
      for (const event of events) await executionsOf(event, 2);
      const early = await eventually('health', async () => {
        const { items } = await red.get<{ items: Handler[] }>(`${here}/handlers?eventType=clients.update`);
        return items.find((handler) => handler['lastError'] !== null);
      });
      assert.equal(early['parked'], 0);
      assert.ok(Number(early['successRate']) > 0 && Number(early['successRate']) < 1);
      assert.ok(Number(early['p95Ms']) >= 0);
      assert.match(String(early['lastError']), /500/);
    });

    it('names the parameter that is wrong', async () => {
      for (const [query, field] of [
        ['eventType=clients..x', 'eventType'],
        ['type=ftp', 'type'],
        ['status=on', 'status'],
        ['status=enabled&status=disabled', 'status'],
      ]) {
        const { code, issues } = await fails(400, `${here}/handlers?${query}`);
        assert.equal(code, 'invalid');
        assert.equal(issues?.[0]?.field, field);
      }
      assert.match((await fails(400, `${here}/handlers?priority=1`)).message, /priority/);
    });
  });

  describe('PATCH registry', () => {
    const hold = (body: unknown): [path: string, init: RequestInit] => [
      here,
      { ...postJson(body), method: 'PATCH' },
    ];
    const overrideOf = async () =>
      (await red.get<{ override?: unknown }[]>('provisioning/registries'))[0]?.override;

    it('holds all of it, says so wherever it is shown, and releases it: what waited runs', async () => {
      const until = new Date(Date.now() + 3_600_000).toISOString();
      const response = await red.admin(...hold({ status: 'held', reason: ' new rack ', until }));
      assert.equal(response.status, 200);
      const { override } = (await response.json()) as { override: Record<string, unknown> };
      const { at, ...rest } = override;
      assert.deepEqual(rest, { status: 'held', by: null, reason: 'new rack', until });
      assert.ok(Math.abs(Date.now() - Date.parse(String(at))) < 60_000);
      assert.deepEqual(await overrideOf(), override);
      const event = await fire('held-1');
      const waiting = await executionsOf(event, 2);
      assert.deepEqual(
        waiting.map(({ status, parkedFor }) => [status, parkedFor]),
        Array(2).fill(['parked', 'held']),
      );
      const metrics = await (await red.admin('provisioning/metrics')).text();
      assert.match(metrics, /^provisioning_registry_held\{registry="registry"\} 1$/m);
      assert.match(metrics, /^provisioning_handler_held\{.*handler="early".*\} 1$/m);
      assert.match(metrics, /^provisioning_handler_held\{.*handler="off".*\} 0$/m);
      const released = (await (await red.admin(...hold({ status: 'enabled' }))).json()) as object;
      assert.equal('override' in released, false);
      assert.equal(await overrideOf(), undefined);
      await eventually('what waited has run', async () =>
        (await executionsOf(event, 2)).every(({ status }) => status === 'succeeded'),
      );
    });

    it('names the field that it can not read, and changes nothing', async () => {
      const later = '2099-01-31T18:00:00+01:00';
      for (const [body, field] of [
        [{}, 'status'],
        [{ status: 'disabled' }, 'status'],
        [{ status: 'held', until: '2020-01-31T18:00:00Z' }, 'until'],
        [{ status: 'held', until: 'tomorrow' }, 'until'],
        [{ status: 'held', until: '2099-01-31T18:00:00' }, 'until'],
        [{ status: 'held', until: '2099-02-30T18:00:00Z' }, 'until'],
        [{ status: 'held', until: '9999-12-31T23:59:59-12:00' }, 'until'],
        [{ status: 'held', until: 4102444800000 }, 'until'],
        [{ status: 'enabled', until: later }, 'until'],
        [{ status: 'held', reason: 'x'.repeat(501) }, 'reason'],
      ] as const) {
        const { issues } = await fails(400, ...hold(body));
        assert.equal(issues?.[0]?.field, field, JSON.stringify(body));
      }
      assert.equal(await overrideOf(), undefined);
      const [, held] = hold({ status: 'held' });
      await fails(404, 'provisioning/registries/none', held);
      await fails(404, 'provisioning/registries/left-behind', held);
      await fails(503, 'provisioning/registries/refused', held);
    });
  });

  describe('GET failures', () => {
    it('groups what failed by handler and kind, each of which the log finds', async () => {
      await executionsOf(await fire(500), 2);
      const failures = `${here}/failures`;
      const { items } = await eventually('all groups, in time', async () => {
        const answer = await red.get<FailureGroups>(failures);
        return answer.items.length > 0 && answer.complete && answer;
      });
      const [most] = items;
      assert.ok(most);
      assert.equal(most.kind, 'HTTP 500');
      assert.match(most.sample, /^500 · /);
      const { handler, kind, count, perStep } = most;
      assert.equal(
        perStep.reduce((sum, n) => sum + n, 0),
        count,
      );
      const query = new URLSearchParams({ handler: handler.id, kind });
      const found = await red.get<{ items: unknown[] }>(`${here}/executions?limit=500&${query}`);
      assert.equal(found.items.length, count);
      assert.deepEqual((await red.get<FailureGroups>(`${failures}?handler=nobody`)).items, []);
    });

    it('names the parameter that is wrong', async () => {
      for (const [query, field] of [
        ['from=yesterday', 'from'],
        ['from=2026-01-02&to=2026-01-01', 'from'],
        ['step=0', 'step'],
        ['step=1&from=2020-01-01', 'step'],
        ['handler=..', 'handler'],
        ['eventType=clients..x', 'eventType'],
      ]) {
        const { issues } = await fails(400, `${here}/failures?${query}`);
        assert.equal(issues?.[0]?.field, field);
      }
      assert.equal(
        (await fails(400, `${here}/executions?kind=${'x'.repeat(200)}`)).issues?.[0]?.field,
        'kind',
      );
    });
  });

  describe('PATCH handler', () => {
    it('ends a switch by itself when its time is over', async () => {
      await red.admin(...patch('late', { status: 'held' }));
      const event = await fire('held-2');
      await eventually('it waits', async () => {
        const rows = (await executionsOf(event, 2)) as readonly { parkedFor?: string | null }[];
        return rows.some(({ parkedFor }) => parkedFor === 'held');
      });
      const until = new Date(Date.now() + 3000).toISOString().replace('Z', '+00:00');
      const response = await red.admin(...patch('late', { status: 'held', until }));
      const { override } = (await response.json()) as { override: Record<string, unknown> };
      assert.equal(Date.parse(String(override['until'])), Date.parse(until));
      await eventually('it runs then', async () =>
        (await executionsOf(event, 2)).every(({ status }) => status === 'succeeded'),
      );
      const { items } = await red.get<{ items: Handler[] }>(`${here}/handlers`);
      assert.deepEqual(items.find(({ id }) => id === 'late')?.['override'], null);
    });

    it('refuses an end that has passed, or of what has none, and says which field', async () => {
      const past = await fails(400, ...patch('late', { status: 'held', until: '2020-01-31T18:00:00Z' }));
      assert.equal(past.issues?.[0]?.field, 'until');
      const later = '2099-01-31T18:00:00+01:00';
      assert.match(
        (await fails(409, ...patch('late', { status: 'enabled', until: later }))).message,
        /^until: /,
      );
    });

    it('switches it at once, and back to what the flow says', async () => {
      const [path, init] = patch('late', { status: 'disabled', reason: '  maintenance ' });
      const response = await red.admin(path, init);
      assert.equal(response.status, 200);
      const { status, configuredStatus, override } = (await response.json()) as Handler;
      const { at, ...rest } = override as { at: string };
      assert.deepEqual([status, configuredStatus], ['disabled', 'enabled']);
      assert.deepEqual(rest, { status: 'disabled', by: null, reason: 'maintenance', until: null });
      assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000);
      assert.equal((await executionsOf(await fire(20), 1))[0]?.handler.id, 'early');
      const [, back] = patch('late', { status: 'enabled' });
      const after = (await (await red.admin(path, back)).json()) as Handler;
      assert.equal(after['override'], null);
      await executionsOf(await fire(21), 2);
    });

    it('answers 409 where the dialog has the say, 404 for what is not there, 400 for what it can not read', async () => {
      assert.equal((await fails(409, ...patch('late', { status: 'archived' }))).code, 'conflict');
      assert.match((await fails(409, ...patch('old', { status: 'enabled' }))).message, /"Old" is archived/);
      assert.equal((await fails(404, ...patch('none', { status: 'enabled' }))).code, 'not_found');
      assert.equal((await fails(400, ...patch('late', { status: 'maybe' }))).issues?.[0]?.field, 'status');
      assert.match((await fails(400, ...patch('late', { status: 'enabled', by: 'me' }))).message, /by/);
      await fails(400, ...patch('late', '{"status'));
      await fails(400, ...patch('late', { status: 'enabled', reason: 'x'.repeat(501) }));
      await fails(413, ...patch('late', `"${'x'.repeat(1024 * 1024)}"`));
      const [path] = patch('late', {});
      await fails(415, path, { method: 'PATCH', body: 'status=enabled' });
    });
  });

  describe('executions', () => {
    it('lists what was done, newest first, page by page', async () => {
      const event = await fire(30);
      await executionsOf(event, 2);
      const first = await red.get<List<Row>>(`${here}/executions?limit=1`);
      assert.equal(first.items.length, 1);
      const next = await red.get<List<Row>>(`${here}/executions?limit=1&cursor=${first.nextCursor}`);
      assert.ok((next.items[0]?.seq ?? 0) < (first.items[0]?.seq ?? 0));
      const { items } = await red.get<List<Record<string, unknown>>>(
        `${here}/executions?objectId=30&handler=late`,
      );
      assert.equal(items.length, 1);
      const { id, seq, startedAt, durationMs, target, response, handler, ...row } = items[0] ?? {};
      assert.deepEqual(row, {
        eventId: event,
        eventType: 'clients.create',
        objectId: '30',
        status: 'succeeded',
        parkedFor: null,
        attempts: 1,
        code: 200,
        error: null,
        nextAttemptAt: null,
        replayOf: null,
        replayedAs: null,
      });
      assert.match(String(id), /^ex-/);
      assert.equal(response, `got ${event}_late`);
      assert.deepEqual(
        [seq, startedAt, durationMs, target].map((one) => typeof one),
        ['number', 'string', 'number', 'string'],
      );
      const { number, ...rest } = handler as Record<string, unknown>;
      assert.deepEqual(rest, { id: 'late', name: 'Late', type: 'http', priority: 50 });
      assert.ok(Number.isInteger(number));
    });

    it('shows one with request, response and attempts', async () => {
      const event = await fire(31);
      const [row] = await executionsOf(event, 2);
      const details = await red.get<Record<string, unknown>>(`${here}/executions/${row?.id}`);
      assert.deepEqual(JSON.parse(String(details['request'])), envelope(31));
      assert.equal(
        (details['requestHeaders'] as Record<string, string>)['webhook-id'],
        `${event}_${row?.handler.id}`,
      );
      assert.equal((details['attemptList'] as unknown[]).length, 1);
    });

    it('answers 400 to a wrong filter and 404 to an id that is not here', async () => {
      assert.equal((await fails(400, `${here}/executions?status=done`)).issues?.[0]?.field, 'status[0]');
      await fails(400, `${here}/executions?limit=501`);
      await fails(400, `${here}/executions?cursor=nonsense`);
      await fails(400, `${here}/executions?from=yesterday`);
      assert.equal((await fails(404, `${here}/executions/ex-aaaaaa-1`)).code, 'not_found');
    });
  });

  describe('events', () => {
    it('lists what came in, and shows one with its executions', async () => {
      const id = await fire('e-40');
      await executionsOf(id, 2);
      const { items } = await red.get<List<Record<string, unknown>>>(
        `${here}/events?objectId=e-40&status=succeeded`,
      );
      assert.equal(items.length, 1);
      const { seq, acceptedAt, settledAt, ...row } = items[0] ?? {};
      assert.deepEqual(row, {
        id,
        eventType: 'clients.create',
        objectId: 'e-40',
        status: 'succeeded',
        node: null,
      });
      assert.deepEqual(
        [seq, acceptedAt, settledAt].map((one) => typeof one),
        ['number', 'string', 'string'],
      );
      const event = await red.get<{ executions: Row[] }>(`${here}/events/${id}`);
      assert.deepEqual(
        event.executions.map(({ handler, status }) => `${handler.id} ${status}`),
        ['early succeeded', 'late succeeded'],
      );
    });

    it('answers 400 to a wrong filter or envelope and 404 to an id that is not here', async () => {
      await fails(400, `${here}/events?status=lost`);
      await fails(404, `${here}/events/ev-aaaaaa-1`);
      const { issues } = await fails(400, `${here}/events`, postJson({ ...envelope(), data: 1 }));
      assert.equal(issues?.[0]?.field, 'data');
      await fails(400, `${here}/events`, postJson('{'));
      await fails(415, `${here}/events`, { method: 'POST', body: 'x' });
    });
  });

  describe('POST /nodes/:id/fire', () => {
    it('sends the sample of the event node’s type through the flow', async () => {
      const response = await red.admin('provisioning/nodes/event/fire', postJson({}));
      assert.equal(response.status, 202);
      const { id } = (await response.json()) as { id: string };
      await executionsOf(id, 2);
      assert.equal((await red.get<{ node: string }>(`${here}/events/${id}`)).node, 'event');
    });

    it('answers 404 when it is not deployed, 400 when it has no type', async () => {
      assert.equal((await fails(404, 'provisioning/nodes/other/fire', postJson({}))).code, 'not_found');
      const { message, issues } = await fails(400, 'provisioning/nodes/intake/fire', postJson({}));
      assert.equal(issues?.[0]?.field, 'eventType');
      assert.match(message, /eventType: is missing: .* choose it in the event node and deploy$/);
    });
  });

  describe('GET stats', () => {
    it('counts per step', async () => {
      await executionsOf(await fire(50), 2);
      const { items } = await red.get<{ items: { succeeded: number; p95: number | null }[] }>(
        `${here}/stats?step=60`,
      );
      assert.ok(items.some(({ succeeded, p95 }) => succeeded >= 2 && p95 !== null));
      await fails(400, `${here}/stats?step=0`);
    });
  });

  describe('GET histogram', () => {
    it('counts what a search means per step and status, and names the condition that is wrong', async () => {
      const eventId = await fire(50);
      await executionsOf(eventId, 2);
      const counted = async (search: string) => {
        const { items } = await eventually('it is counted in time', async () => {
          const answer = await red.get<{
            items: { succeeded: number; failed: number }[];
            countedFrom: string | null;
          }>(`${here}/histogram?${search}`);
          return answer.countedFrom === null && answer;
        });
        assert.equal(items.length, 60);
        return items.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0);
      };
      const { items } = await red.get<{ items: unknown[] }>(`${here}/executions?limit=500`);
      assert.equal(await counted(''), items.length);
      assert.equal(await counted(`eventId=${eventId}`), 2);
      assert.equal(await counted('status=skipped'), 0);
      await fails(400, `${here}/histogram?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`);
      await fails(400, `${here}/histogram?step=1&from=2026-01-01T00:00:00Z`);
      await fails(400, `${here}/histogram?limit=5`);
    });
  });

  describe('every route that changes something, or hands out a link', () => {
    const routes = [
      ['PATCH', `${here}/handlers/nobody`],
      ['POST', `${here}/handlers/nobody/circuit`],
      ['POST', `${here}/executions/ex-aaaaaa-1/replay`],
      ['POST', `${here}/executions/ex-aaaaaa-1/cancel`],
      ['POST', `${here}/events`],
      ['POST', `${here}/events/ev-aaaaaa-1/replay`],
      ['POST', `${here}/replay`],
      ['POST', `${here}/exports`],
      ['POST', 'provisioning/nodes/event/fire'],
    ] as const;
    const json = { 'content-type': 'application/json' };

    for (const [method, path] of routes) {
      it(`wants JSON, with a body and without: ${method} ${path}`, async () => {
        for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'text/plain, x' }])
          for (const body of [undefined, '', '{}'])
            await fails(415, path, { method, headers, ...(body !== undefined && { body }) });
      });

      it(`does nothing for a page of elsewhere: ${method} ${path}`, async () => {
        for (const headers of [
          { origin: 'http://evil.example' },
          { origin: 'null' },
          { origin: red.url, 'sec-fetch-site': 'cross-site' },
          { origin: red.url, 'sec-fetch-site': 'same-site' },
        ]) {
          const { code } = await fails(403, path, { method, headers: { ...json, ...headers }, body: '{}' });
          assert.equal(code, 'forbidden');
        }
      });
    }

    it('takes the editor’s own page, and whoever is no browser', async () => {
      for (const headers of [
        {},
        { origin: red.url },
        { origin: 'https://proxied.example', 'sec-fetch-site': 'same-origin' },
        { origin: 'http://proxied.example', 'x-forwarded-host': 'proxied.example' },
      ]) {
        const init = postJson({}, headers as Record<string, string>);
        assert.equal((await red.admin('provisioning/nodes/event/fire', init)).status, 202);
      }
    });

    it('is none that only reads', async () => {
      const headers = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
      assert.equal((await red.admin(`${here}/executions`, { headers })).status, 200);
    });
  });

  describe('every route', () => {
    it('answers 404 for a registry that is not deployed, 503 for one that is refused', async () => {
      for (const route of [
        'catalogue',
        'handlers',
        'executions',
        'executions/x',
        'events',
        'events/x',
        'stats',
      ]) {
        assert.equal((await fails(404, `provisioning/registries/nobody/${route}`)).code, 'not_found');
        assert.match((await fails(503, `provisioning/registries/refused/${route}`)).message, /concurrency/);
      }
      await fails(404, 'provisioning/registries/left-behind/handlers');
    });

    it('takes an empty parameter for an absent one', async () => {
      for (const query of [
        'handlers?eventType=&type=&status=',
        'executions?handler=&text=&limit=&cursor=',
        'events?status=&from=',
        'stats?step=&to=',
        'histogram?step=&handler=&text=',
        'changes?boot=&after=',
      ])
        assert.equal((await red.admin(`${here}/${query}`)).status, 200, query);
    });

    it('is found in capitals, too', async () => {
      const path = here.replace('registries', 'Registries').toUpperCase().replace('/REGISTRY', '/registry');
      const response = await red.admin(`${path}/EVENTS`, postJson(envelope('capitals')));
      assert.equal(response.status, 202);
    });

    it('is none at other paths and by other methods: 404', async () => {
      for (const [method, path] of [
        ['GET', 'provisioning/nothing'],
        ['GET', 'provisioning/nothing/at?all=1'],
        ['GET', `${here}/nothing`],
        ['POST', `${here}/nothing`],
        ['DELETE', `${here}/handlers/early`],
        ['PUT', 'provisioning/registries'],
        ['POST', 'Provisioning/Metrics'],
      ] as const)
        assert.equal((await fails(404, path, { method })).code, 'not_found');
      const elsewhere = await red.admin('provisioned/nothing');
      assert.equal(elsewhere.status, 404);
      assert.match(await elsewhere.text(), /^<!DOCTYPE html>/, 'is not ours to answer');
    });

    it('does not speak of itself where an intake is looked for', async () => {
      await red.deploy([...flows, intakeNode('/provisioning/events', { id: 'default' })]);
      for (const path of [
        'provisioning/events/12',
        'provisioning/events/registries',
        'provisioning/event',
        'provisioning/nothing',
      ]) {
        const { code, message } = await fails(404, path, postJson(envelope()));
        assert.equal(code, 'not_found');
        assert.equal(
          message,
          `there is nothing at /${path}: an intake receives at exactly the path that its event node names`,
        );
      }
      const { message } = await fails(404, 'provisioning/registries/registry/nothing');
      assert.match(message, /in the admin API$/);
      await red.deploy(flows);
    });

    it('leaves the rest of its prefix to flows', async () => {
      const more = { id: 'shared', type: 'http in', z: 'tab', url: '/provisioning/shared', method: 'get' };
      const response = { id: 'response', type: 'http response', z: 'tab', statusCode: '204', wires: [] };
      await red.deploy([
        ...flows,
        { ...more, x: 1, y: 1, wires: [['response']] },
        { ...response, x: 1, y: 1 },
      ]);
      assert.equal((await red.node('provisioning/shared')).status, 204);
    });

    it('answers 400 to a path that can not be decoded', async () => {
      await fails(400, `${here}%E0%A4%A/handlers`);
    });

    it('is registered once, however often the registry is deployed', async () => {
      await red.deploy(flows);
      await red.deploy(flows);
      const [path, init] = patch('late', { status: 'enabled' });
      assert.equal((await red.admin(path, init)).status, 200);
      assert.equal((await red.get<unknown[]>('provisioning/registries')).length, 3);
    });

    it('lists a registry as orphaned once it is not deployed any more', async () => {
      const registryIn = (state: string) =>
        eventually(`it is ${state}`, async () => {
          const list =
            await red.get<{ id: string; state: string; handlers: number }[]>('provisioning/registries');
          return list.find((one) => one.id === 'next' && one.state === state);
        });
      await red.deploy([...flows, registry({ id: 'next' })]);
      await registryIn('ready');
      await red.deploy(flows);
      assert.equal((await registryIn('orphaned')).handlers, 0);
    });
  });
});
