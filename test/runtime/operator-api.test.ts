import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../support/eventually.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

interface Row {
  readonly id: string;
  readonly eventId: string;
  readonly status: string;
  readonly objectId: string;
  readonly parkedFor: string | null;
  readonly nextAttemptAt: string | null;
  readonly replayOf: string | null;
  readonly attempts: number;
  readonly error: string | null;
}

const here = 'provisioning/registries/registry';

describe('admin API for operators', function () {
  this.timeout(30_000);
  let red: NodeRed;
  let receiver: Server;
  let answer = 200;

  before(async () => {
    receiver = createServer((req, res) => {
      req.resume();
      res.statusCode = answer;
      res.end('=1+1, said "the receiver"');
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
    red = await startNodeRed({
      flows: [
        tab,
        registry(),
        registry({ id: 'other', name: 'Läden "Süd"' }),
        registry({ id: 'wrong', name: 'Refused', concurrency: 0 }),
        httpHandler(url, { id: 'crm', name: 'CRM', retryDelays: [3600] }),
        httpHandler(url, { id: 'once', name: 'Once', events: ['clients.create'], retryDelays: [] }),
        eventNode({ eventType: 'clients.create' }),
        executor(),
      ],
    });
  });
  after(async () => {
    await red.kill9();
    receiver.close();
    receiver.closeAllConnections();
  });
  beforeEach(() => {
    answer = 200;
  });

  const rows = async (query: string) =>
    (await red.get<{ items: Row[] }>(`${here}/executions?${query}`)).items;
  const fire = async (objectId: number, type = 'clients.update') => {
    const response = await red.admin(`${here}/events`, postJson(envelope(objectId, type)));
    assert.equal(response.status, 202);
    return ((await response.json()) as { id: string }).id;
  };
  const settled = (event: string, status: string, count = 1) =>
    eventually(`${count} ${status} of ${event}`, async () => {
      const items = await rows(`eventId=${event}&status=${status}`);
      return items.length === count && items;
    });
  const post = async (path: string, body: unknown = {}) => {
    const response = await red.admin(`${here}/${path}`, postJson(body));
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) };
  };

  it('tells why an execution is parked and when it is tried again, and cancels it once', async () => {
    answer = 503;
    const [parked] = await settled(await fire(1), 'parked');
    assert.equal(parked?.parkedFor, 'retry');
    assert.ok(Date.parse(String(parked?.nextAttemptAt)) > Date.now());
    assert.equal((await post(`executions/${parked?.id}/cancel`)).status, 202);
    const again = await post(`executions/${parked?.id}/cancel`);
    assert.deepEqual([again.status, again.body.error.code], [409, 'conflict']);
    const [row] = (await rows('objectId=1')).filter(({ id }) => id === parked?.id);
    assert.deepEqual(
      [row?.status, row?.error],
      ['cancelled', 'cancelled by an operator; before: HTTP 503 Service Unavailable'],
    );
  });

  it('does not know when a next attempt is made of what waits for something else', async () => {
    answer = 503;
    const [first] = await settled(await fire(5), 'parked');
    const [second] = await settled(await fire(5), 'parked');
    assert.deepEqual(
      [first?.parkedFor, typeof first?.nextAttemptAt, second?.parkedFor, second?.nextAttemptAt],
      ['retry', 'string', 'order', null],
    );
    const view = await red.get<{ status: string; settledAt: string | null }>(
      `${here}/events/${second?.eventId}`,
    );
    assert.deepEqual([view.status, view.settledAt], ['parked', null]);
    assert.equal((await post(`executions/${second?.id}/cancel`)).status, 202);
    assert.equal((await post(`executions/${first?.id}/cancel`)).status, 202);
  });

  it('runs of an event what failed, not what an operator has cancelled', async () => {
    answer = 503;
    const event = await fire(6);
    const [parked] = await settled(event, 'parked');
    assert.equal((await post(`executions/${parked?.id}/cancel`)).status, 202);
    const { status, body } = await post(`events/${event}/replay`);
    assert.deepEqual([status, body.error.code], [409, 'conflict']);
    answer = 200;
    assert.equal((await post(`executions/${parked?.id}/replay`)).status, 202);
    await settled(event, 'succeeded');
  });

  it('replays one execution with a row of its own, and refuses what can not be replayed', async () => {
    answer = 400;
    const event = await fire(2, 'clients.create');
    const [failed] = await settled(event, 'failed');
    answer = 200;
    const replayed = await post(`executions/${failed?.id}/replay`);
    assert.equal(replayed.status, 202);
    const [row] = await settled(event, 'succeeded');
    assert.deepEqual([row?.id, row?.replayOf], [replayed.body.id, failed?.id]);
    assert.equal((await post(`executions/${failed?.id}/replay`)).status, 409);
    assert.equal((await post('executions/ex-nobody-1/replay')).status, 404);
    assert.equal((await post('events/ev-nobody-1/replay')).status, 404);
  });

  it('replays what failed of an event, and all that match a filter', async () => {
    answer = 400;
    const events = [await fire(31, 'clients.create'), await fire(32, 'clients.create')];
    for (const event of events) await settled(event, 'failed');
    answer = 200;
    assert.equal((await post(`events/${events[0]}/replay`)).status, 202);
    await settled(String(events[0]), 'succeeded');
    const filter = { status: 'failed', handler: 'once' };
    const dry = await post('replay', { filter, dryRun: true });
    const { upTo, ...counts } = dry.body as unknown as { upTo: string };
    const byStatus = { failed: 1, skipped: 0, cancelled: 0, succeeded: 0 };
    assert.deepEqual([dry.status, counts], [202, { matched: 1, replaying: 0, byStatus }]);
    assert.equal((await post('replay', { filter, upTo: 'ev-1', dryRun: true })).status, 400);
    assert.deepEqual((await post('replay', { filter, upTo })).body, { matched: 1, replaying: 1 });
    const replay = await eventually('the replay is done', async () => {
      const { items } = await red.get<{ items: { status: string }[] }>(`${here}/replays`);
      return items[0]?.status === 'done' && items[0];
    });
    const { startedAt, endedAt, ...rest } = replay as Record<string, unknown> & { status: string };
    assert.deepEqual(rest, {
      id: 1,
      kind: 'executions',
      filter: { status: ['failed'], handler: 'once' },
      status: 'done',
      matched: 1,
      looked: 3,
      replayed: 1,
      ratePerSecond: 0,
      by: null,
    });
    assert.ok(String(startedAt) <= String(endedAt));
    assert.equal((await post('replays/1/cancel', {})).status, 409);
    assert.equal((await post('replays/2/cancel', {})).status, 404);
    assert.equal((await post('replays/x/cancel', {})).status, 404);
    await settled(String(events[1]), 'succeeded');
    const bad = await post('replay', { filter: { stauts: 'failed' } });
    assert.deepEqual([bad.status, bad.body.error.code], [400, 'invalid']);
  });

  it('replays the events that nobody listened to, and delivers what a handler has missed', async () => {
    const switchTo = (handler: string, status: string) =>
      red.admin(`${here}/handlers/${handler}`, { ...postJson({ status }), method: 'PATCH' });
    await switchTo('crm', 'disabled');
    const unheard = await fire(81, 'importd.process_failed');
    await switchTo('crm', 'enabled');
    const filter = { eventType: 'importd.process_failed' };
    const { upTo, ...counted } = (await post('events/replay', { filter, dryRun: true })).body;
    const byStatus = { unclaimed: 0, unhandled: 0 };
    assert.deepEqual(counted, { matched: 0, replaying: 0, byStatus, leftOut: 1 });
    assert.match(upTo, /^ev-/);
    assert.deepEqual((await post('events/replay', { filter, upTo })).body, { matched: 0, replaying: 0 });
    const one = await post(`events/${unheard}/replay`);
    assert.deepEqual([one.status, /came past the event nodes/.test(one.body.error.message)], [409, true]);

    const since = new Date().toISOString();
    await switchTo('once', 'disabled');
    const missed = await fire(82, 'clients.create');
    await settled(missed, 'succeeded');
    assert.equal((await post('handlers/once/deliver', { since })).status, 409);
    await switchTo('once', 'enabled');
    const dry = await post('handlers/once/deliver', { since, dryRun: true });
    const none = { unjudged: 0, stopped: 0, prunedBefore: null, nextCursor: null };
    assert.deepEqual([dry.status, dry.body], [202, { matched: 1, looked: 1, of: 1, ...none }]);
    const delivered = await post('handlers/once/deliver', { since });
    assert.deepEqual([delivered.status, delivered.body.looking], [202, 1]);
    const both = await settled(missed, 'succeeded', 2);
    const own = both.find((row) => (row as unknown as { deliveredLater?: true }).deliveredLater);
    assert.equal(own?.replayOf, null);
  });

  for (const [what, body] of [
    ['no moment', {}],
    ['a moment that is none', { since: 'yesterday' }],
    ['an end before its beginning', { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['a part of what is no count', { since: '2026-01-02T00:00:00Z', cursor: 'x' }],
    ['a cursor of nowhere', { since: '2026-01-02T00:00:00Z', cursor: 'x', dryRun: true }],
    ['a rate below 0', { since: '2026-01-02T00:00:00Z', ratePerSecond: -1 }],
    ['an unknown property', { since: '2026-01-02T00:00:00Z', filter: {} }],
  ] as const)
    it(`delivers nothing for ${what}`, async () => {
      assert.equal((await post('handlers/once/deliver', body)).status, 400);
    });

  for (const [what, body, field] of [
    ['no filter', {}, 'filter'],
    ['null', { filter: null }, 'filter'],
    ['a list', { filter: [] }, 'filter'],
    ['a list of conditions', { filter: [{ status: 'failed' }] }, 'filter'],
    ['a text', { filter: '' }, 'filter'],
    ['a number', { filter: 0 }, 'filter'],
    ['true', { filter: true }, 'filter'],
    ['an empty condition', { filter: { objectId: '' } }, 'objectId'],
    ['a condition that is null', { filter: { handler: null } }, 'handler'],
    ['an unknown condition', { filter: { all: true } }, 'all'],
    ['an unknown property', { filter: {}, force: true }, 'force'],
    ['a dry run that is a text', { filter: {}, dryRun: 'true' }, 'dryRun'],
    ['a dry run that is null', { filter: {}, dryRun: null }, 'dryRun'],
    ['a rate below 0', { filter: {}, ratePerSecond: -1 }, 'ratePerSecond'],
    ['a rate of years', { filter: {}, ratePerSecond: 1e-9 }, 'ratePerSecond'],
    ['a rate that is null', { filter: {}, ratePerSecond: null }, 'ratePerSecond'],
    ['a rate that is a list', { filter: {}, ratePerSecond: [1] }, 'ratePerSecond'],
    ['a rate that is no number', { filter: {}, ratePerSecond: 'fast' }, 'ratePerSecond'],
    ['null for the whole', null, ''],
    ['a list for the whole', [], ''],
  ] as const)
    it(`replays nothing for ${what}`, async () => {
      const answer = await post('replay', body);
      assert.deepEqual([answer.status, answer.body.error.code], [400, 'invalid']);
      assert.deepEqual(
        answer.body.error.issues.map((issue: { field: string }) => issue.field),
        [field],
      );
    });

  it('exports nothing for what is no filter', async () => {
    for (const filter of [null, [], '', 0, true, { objectId: '' }, { all: true }]) {
      const { status, body } = await post('exports', { filter });
      assert.deepEqual([status, body.error.code], [400, 'invalid'], JSON.stringify(filter));
    }
    assert.equal((await post('exports', {})).status, 200, 'all, as nothing is changed by it');
  });

  it('closes a circuit by hand, and lets what waited for it run', async () => {
    answer = 503;
    const events: string[] = [];
    for (let object = 40; object < 52; object += 1) events.push(await fire(object));
    const circuit = async () => {
      const { items } = await red.get<{
        items: { id: string; circuit: { state: string; since: string; error: string } }[];
      }>(`${here}/handlers`);
      return items.find(({ id }) => id === 'crm')?.circuit;
    };
    await eventually('an open circuit', async () => (await circuit())?.state === 'open');
    assert.match(String((await circuit())?.error), /503/);
    answer = 200;
    assert.equal((await post('handlers/crm/circuit', { state: 'open' })).status, 400);
    assert.equal((await post('handlers/crm/circuit', { state: 'closed' })).status, 202);
    assert.equal((await post('handlers/crm/circuit', { state: 'closed' })).status, 409);
    assert.equal((await post('handlers/nobody/circuit', { state: 'closed' })).status, 404);
    assert.equal((await circuit())?.state, 'closed');
  });

  it('exports the events that match as CSV, and refuses what no list of them is searched by', async () => {
    answer = 200;
    const event = await fire(77);
    await settled(event, 'succeeded');
    const asked = { list: 'events', filter: { objectId: '77', status: 'succeeded' } };
    const { body } = await post('exports', asked);
    const answered = await fetch(new URL(body.url, red.url));
    assert.match(
      answered.headers.get('content-disposition') ?? '',
      /filename="events-[A-Za-z0-9-]+-\d{4}-\d\d-\d\dT\d{4}Z\.csv"$/,
    );
    const [head, row, ...others] = (await answered.text()).trim().split('\n');
    assert.match(head ?? '', /Registry,ID,Status,Accepted,Settled,Event,Object ID,Event node$/);
    assert.ok(row?.includes(`,${event},succeeded,`), row);
    assert.deepEqual(others, []);
    for (const wrong of [
      { list: 'events', filter: { handler: 'once' } },
      { list: 'handlers', filter: {} },
    ])
      assert.equal((await post('exports', wrong)).status, 400);
  });

  it('exports the log as CSV by a link for one use, safe for spreadsheets', async () => {
    await settled(await fire(60), 'succeeded');
    const { status, body } = await post('exports', { filter: { objectId: '60' } });
    assert.equal(status, 200);
    const looked = await fetch(new URL(body.url, red.url), { method: 'HEAD' });
    assert.equal(looked.status, 200, 'looking does not use it up');
    const response = await fetch(new URL(body.url, red.url));
    assert.match(String(response.headers.get('content-type')), /^text\/csv/);
    const [header, line, end] = (await response.text()).split('\n');
    assert.match(String(header), /ID,Status,Date,Event/);
    assert.match(String(line), /,succeeded,.*clients\.update.*,"'=1\+1, said ""the receiver""",/);
    assert.equal(end, '');
    assert.equal((await fetch(new URL(body.url, red.url))).status, 404);
  });

  it('exports several registries as one file, with a column that tells them apart', async () => {
    for (const id of ['registry', 'other'])
      await red.admin(`provisioning/registries/${id}/events`, postJson(envelope(64)));
    const ask = (body: object) => red.admin('provisioning/exports', postJson(body));
    const download = async (registries: readonly string[]) => {
      const answered = await ask({ registries, list: 'events', filter: { objectId: '64' } });
      assert.equal(answered.status, 200);
      const { url } = (await answered.json()) as { url: string };
      const response = await fetch(new URL(url, red.url));
      const [header, ...lines] = (await response.text()).trim().split('\n');
      assert.match(String(header), /^\ufeff?Registry,ID,Status/);
      assert.equal((await fetch(new URL(url, red.url))).status, 404, 'one use');
      const named = response.headers.get('content-disposition') ?? '';
      const [, file] = /filename="(.*)-\d{4}-\d\d-\d\dT\d{4}Z\.csv"$/.exec(named) ?? [];
      return [file, ...lines.map((line) => line.replace(/,ev-.*/, ''))];
    };
    const other = '"Läden ""Süd"""';
    assert.deepEqual(await download(['registry', 'other']), ['events-all', 'Registry', other]);
    assert.deepEqual(await download(['other', 'other']), ['events-Laden-Sud', other]);
    assert.equal((await ask({ registries: ['registry', 'nowhere'] })).status, 404);
    for (const registries of [undefined, [], 'registry', ['a b']])
      assert.equal((await ask({ registries })).status, 400, `${registries}`);
  });

  it('gives back in the CSV every object id that went in, and guards none that is a number', async () => {
    const ids = [
      '007',
      '+491234',
      '-5',
      '1e5',
      '+49 30 1234',
      '-1e-5',
      '=1+1',
      '@sip',
      "'+49",
      '+1+A1',
      'a,"b"',
    ];
    const events = await Promise.all(
      ids.map(async (id) => {
        const response = await red.admin(`${here}/events`, postJson(envelope(id, 'clients.update')));
        return ((await response.json()) as { id: string }).id;
      }),
    );
    for (const event of events) await settled(event, 'succeeded');
    const cells = await Promise.all(
      ids.map(async (objectId) => {
        const { body } = await post('exports', { filter: { objectId } });
        const text = await (await fetch(new URL(body.url, red.url))).text();
        return text
          .split('\n')[1]
          ?.split(',POST ')[1]
          ?.replace(/^[^,]*,(.*?),1,200,.*$/s, '$1');
      }),
    );
    assert.deepEqual(cells, [
      '007',
      '+491234',
      '-5',
      '1e5',
      '+49 30 1234',
      '-1e-5',
      "'=1+1",
      "'@sip",
      "''+49",
      "'+1+A1",
      '"a,""b"""',
    ]);
  });

  it('takes an empty body for an empty object', async () => {
    const json = { 'content-type': 'application/json' };
    const bare = async (path: string) => {
      const response = await red.admin(`${here}/${path}`, { method: 'POST', headers: json });
      return { status: response.status, body: JSON.parse(await response.text()) };
    };
    assert.equal((await bare('exports')).status, 200);
    const replayed = await bare('replay');
    assert.deepEqual([replayed.status, replayed.body.error.issues[0].field], [400, 'filter']);
    assert.equal((await post('replay', { dryRun: true })).status, 202);
    const closed = await bare('handlers/crm/circuit');
    assert.equal(closed.status, 400);
    assert.equal(closed.body.error.issues[0].field, 'state');
  });

  it('refuses what only looks as long as a text or a list', async () => {
    const wrong = { length: { valueOf: 1, toString: 1 } };
    const asked: Record<string, object> = {
      events: { event: { ...envelope(1).event, events_id: wrong }, data: {} },
      replay: { filter: {}, upTo: wrong },
      cancel: { filter: { ids: wrong } },
      exports: { filter: { text: wrong } },
      'handlers/crm/deliver': { since: '2026-01-31T12:00:00Z', dryRun: true, cursor: wrong },
      '../../exports': { registries: wrong },
      '../../doctor': { handlers: wrong },
    };
    for (const [path, body] of Object.entries(asked)) {
      const answer = await post(path, body);
      assert.deepEqual([answer.status, answer.body.error.code], [400, 'invalid'], path);
    }
    const held = { ...postJson({ status: 'held', reason: wrong }), method: 'PATCH' };
    assert.equal((await red.admin(`${here}/handlers/crm`, held)).status, 400);
  });

  it('names the property that it does not know', async () => {
    const { status, body } = await post('replay', { dryrun: true });
    assert.equal(status, 400);
    assert.equal(body.error.issues[0].field, 'dryrun');
    const list = await red.admin(`${here}/executions?evenType=clients.create`);
    assert.equal(list.status, 400);
    const { error } = (await list.json()) as { error: { issues: { field: string }[] } };
    assert.equal(error.issues[0]?.field, 'evenType');
  });

  it('gives metrics in the format of Prometheus', async () => {
    answer = 503;
    const attempts =
      'provisioning_attempt_duration_seconds_count{registry="registry",handler="crm",name="CRM"}';
    const counted = async () => {
      const text = await (await red.admin('provisioning/metrics')).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(attempts))
          ?.slice(attempts.length),
      );
    };
    // The log may know of an attempt a moment before it is counted.
    const has = (count: number) =>
      eventually(`${count} attempts are counted`, async () => (await counted()) === count);
    const before = await counted();
    const [parked] = await settled(await fire(71), 'parked');
    await has(before + 1);
    assert.equal((await post(`executions/${parked?.id}/cancel`)).status, 202);
    assert.equal(await counted(), before + 1);
    answer = 200;
    await settled(await fire(70), 'succeeded');
    await has(before + 2);
    const response = await red.admin('provisioning/metrics');
    assert.match(String(response.headers.get('content-type')), /^text\/plain/);
    const text = await response.text();
    assert.match(
      text,
      /^provisioning_executions_total\{registry="registry",handler="crm",name="CRM",status="succeeded"\} \d+$/m,
    );
    assert.match(text, /^provisioning_registry_up\{registry="registry"\} 1$/m);
    assert.match(text, /^provisioning_registry_up\{registry="wrong"\} 0$/m);
    assert.match(text, /^provisioning_circuit_open\{registry="registry",handler="once",name="Once"\} 0$/m);
    assert.match(text, /^provisioning_attempt_duration_seconds_bucket\{le="0.1",/m);
  });
});
