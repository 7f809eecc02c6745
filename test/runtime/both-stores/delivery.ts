import assert from 'node:assert/strict';
import type { ExecutionDetails } from '../../../src/engine/words/admin-answers.ts';
import { eventually } from '../../support/eventually.ts';
import { answers, type Exchange, inTurn, type ReceivedRequest } from '../../support/misbehaving-server.ts';
import { main, type Site } from './site.ts';

/** Rules 1 to 7 and 9: what becomes of events, and in which order. */
export function deliveryOf(site: () => Site): void {
  const handlersOf = (requests: readonly ReceivedRequest[]) => requests.map(({ path }) => path.slice(1));

  it('calls the handlers of an event by priority, name and id', async () => {
    const chain = ['by_priority', 'by_name', 'tie_a', 'tie_b'];
    for (const id of await site().emitEach('order.made', [1, 2, 3])) {
      const { executions } = await site().event(id, 'succeeded');
      assert.deepEqual(
        executions.map(({ handler }) => handler.id),
        chain,
      );
      assert.deepEqual(handlersOf(site().receivers.callsOf(id)), chain);
    }
  });

  it('calls for one event of an object after the other, whoever accepts them', async () => {
    let open = 0;
    const overlaps: string[] = [];
    const slowly = (exchange: Exchange) => {
      const { object_id: object } = JSON.parse(exchange.received.body).event;
      if (object !== 'busy') return answers(200)(exchange);
      open += 1;
      if (open > 1) overlaps.push(exchange.received.path);
      setTimeout(() => {
        open -= 1;
        answers(200)(exchange);
      }, Math.random() * 10);
    };
    for (const handler of ['lane', 'lane_after']) site().receivers.answer(handler, slowly);
    const ids = await site().emitEach(
      'lane.moved',
      Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? 'busy' : `free-${n}`)),
    );
    for (const id of ids) await site().event(id, 'succeeded');
    const busy = ids.filter((_, n) => n % 2 === 0);
    const calls = site()
      .receivers.calls('lane', 'lane_after')
      .map(({ headers }) => String(headers['webhook-id']))
      .filter((id) => busy.includes(id.split('_')[0] ?? ''));
    assert.deepEqual(overlaps, []);
    assert.deepEqual(
      calls,
      busy.flatMap((id) => [`${id}_lane`, `${id}_lane_after`]),
    );
  });

  it('shows what runs, and what waits for it, and calls for other objects meanwhile', async () => {
    const answered: (() => void)[] = [];
    site().receivers.answer('hangs', (exchange) => {
      const { object_id: object } = JSON.parse(exchange.received.body).event;
      if (object === 'free') return answers(200)(exchange);
      answered.push(() => answers(200)(exchange));
    });
    const [running, waiting, free] = (await site().emitEach('hang.up', ['taken', 'taken', 'free'])) as [
      string,
      string,
      string,
    ];
    await site().event(free, 'succeeded');
    const { executions } = await site().event(running, 'running');
    const [{ id, status, attempts }] = executions as [ExecutionDetails];
    assert.deepEqual([executions.length, status, attempts], [1, 'running', 0]);
    assert.deepEqual((await site().event(waiting, 'waiting')).executions, []);
    for (const what of [`executions/${id}/cancel`, `executions/${id}/replay`, `events/${running}/replay`]) {
      const refused = await site().next().post<{ error: { code: string } }>(`${main}/${what}`);
      assert.deepEqual([refused.status, refused.body.error.code], [409, 'conflict'], what);
    }
    for (const event of [running, waiting]) {
      const answer = await eventually('it is called', () => answered.shift());
      answer();
      await site().event(event, 'succeeded');
    }
  });

  it('tells that nobody listens', async () => {
    const { executions, settledAt } = await site().event(await site().emit('nobody.listens', 1), 'unhandled');
    assert.deepEqual([executions, typeof settledAt], [[], 'string']);
  });

  it('passes a handler by whose condition is not met', async () => {
    const passedBy = await site().emit('condition.asked', 1, { wanted: false });
    const [row] = (await site().event(passedBy, 'succeeded')).executions;
    assert.deepEqual(
      [row?.status, row?.passedBy, row?.error, row?.attempts],
      ['skipped', true, 'condition not met', 0],
    );
    const met = await site().emit('condition.asked', 1, { wanted: true });
    assert.equal((await site().event(met, 'succeeded')).executions[0]?.status, 'succeeded');
    assert.deepEqual(handlersOf(site().receivers.callsOf(passedBy)), []);
  });

  it('goes on after a failure', async () => {
    site().receivers.answer('goes_on', answers(400, 'no such client'));
    for (const id of await site().emitEach('continue.on', [1, 2, 3])) {
      const { executions } = await site().event(id, 'failed');
      assert.deepEqual(
        executions.map(({ handler, status, code }) => [handler.id, status, code]),
        [
          ['goes_on', 'failed', 400],
          ['after', 'succeeded', 200],
        ],
      );
      assert.equal(executions[0]?.error, 'HTTP 400 Bad Request');
    }
  });

  it('skips what comes after a handler with stop that has failed, until that is replayed with success', async () => {
    site().receivers.answer('stops', answers(400));
    const ids = await site().emitEach('stop.here', [1, 2, 3]);
    for (const id of ids) {
      const { executions } = await site().event(id, 'failed');
      assert.deepEqual(
        executions.map(({ handler, status, attempts }) => [handler.id, status, attempts]),
        [
          ['stops', 'failed', 1],
          ['stopped', 'skipped', 0],
        ],
      );
    }
    site().receivers.answer('stops', answers(200));
    for (const id of ids) {
      const answer = await site().next().post<{ executions: string[] }>(`${main}/events/${id}/replay`);
      assert.equal(answer.status, 202);
      const { executions } = await site().event(id, 'succeeded');
      const replaced = executions.map((row) => [row.handler.id, row.status, row.replayedAs?.status ?? null]);
      assert.deepEqual(replaced, [
        ['stops', 'failed', 'succeeded'],
        ['stops', 'succeeded', null],
        ['stopped', 'skipped', 'succeeded'],
        ['stopped', 'succeeded', null],
      ]);
      assert.deepEqual(handlersOf(site().receivers.callsOf(id)), ['stops', 'stops', 'stopped']);
    }
  });

  it('tries again what may be over soon, with one webhook id, and lists the attempts', async () => {
    site().receivers.answer('tries_transient', inTurn(answers(503), answers(429), answers(200, 'at last')));
    const id = await site().emit('transient.once', 1);
    const [row] = (await site().event(id, 'succeeded')).executions;
    const { attemptList, ...details } = await site().same<ExecutionDetails>(`${main}/executions/${row?.id}`);
    assert.deepEqual([details.attempts, details.response, details.error], [3, 'at last', null]);
    assert.deepEqual(
      attemptList.map(({ attempt, code, error, response }) => [attempt, code, error, response]),
      [
        [1, 503, 'HTTP 503 Service Unavailable', 'ok'],
        [2, 429, 'HTTP 429 Too Many Requests', 'ok'],
        [3, 200, null, 'at last'],
      ],
    );
    const calls = site().receivers.callsOf(id);
    const sent = calls.map(({ headers }) => [headers['webhook-id'], headers['provisioning-attempt']]);
    assert.deepEqual(
      sent,
      ['1', '2', '3'].map((attempt) => [`${id}_tries_transient`, attempt]),
    );
    assert.equal(new Set([details.request, ...calls.map(({ body }) => body)]).size, 1, 'the same bytes');
  });

  for (const [what, handler, codes, status, attempts] of [
    ['does not try again what is final', 'tries_transient', [404, 200], 'failed', 1],
    ['gives up when its retries are used up', 'tries_transient', [503, 503, 503, 200], 'failed', 3],
    ['tries again whatever failed, if it is told so', 'tries_any', [404, 302, 200], 'succeeded', 3],
  ] as const)
    it(what, async () => {
      site().receivers.answer(handler, (exchange) => {
        const attempt = Number(exchange.received.headers['provisioning-attempt']);
        answers(Number(codes[attempt - 1]))(exchange);
      });
      const type = handler === 'tries_any' ? 'any.one' : 'transient.one';
      for (const id of await site().emitEach(type, [`${codes}-a`, `${codes}-b`])) {
        const [row] = (await site().event(id, status)).executions;
        assert.deepEqual([row?.status, row?.attempts, row?.code], [status, attempts, codes[attempts - 1]]);
      }
    });

  it('tells what is tried again later and when, and what waits behind it', async () => {
    site().receivers.answer('patient', answers(503, 'later', { 'retry-after': '7200' }));
    const before = Date.now();
    const [first, second] = await site().emitEach('wait.long', ['same', 'same']);
    const [retried] = (await site().event(String(first), 'parked')).executions;
    const [behind] = (await site().event(String(second), 'parked')).executions;
    assert.deepEqual([retried?.parkedFor, retried?.attempts, retried?.code], ['retry', 1, 503]);
    const wait = Date.parse(String(retried?.nextAttemptAt)) - before;
    assert.ok(wait >= 7_200_000 && wait < 7_300_000, 'the longer Retry-After wins');
    assert.deepEqual([behind?.parkedFor, behind?.attempts, behind?.nextAttemptAt], ['order', 0, null]);
  });

  it('lets what is refused wait, and tells why', async () => {
    const [row] = (await site().event(await site().emit('refused.here', 1), 'parked')).executions;
    assert.deepEqual([row?.parkedFor, row?.attempts, row?.missing?.why], ['missing', 0, 'refused']);
    assert.match(
      String(row?.missing?.problem),
      /^handler "Refused": url: must be a URL that begins with http/,
    );
  });

  it('marks an event that no executor takes, and emits it again', async () => {
    const id = await site().emit('brief.dropped', 1, {}, 'dropped');
    const brief = 'registries/brief';
    const { settledAt, executions } = await site().event(id, 'unclaimed', brief);
    assert.deepEqual(executions, []);
    const replayed = await site().next().post(`${brief}/events/${id}/replay`);
    assert.deepEqual([replayed.status, replayed.body], [202, { id, executions: [] }]);
    const again = await site().agreed<{ settledAt: string | null }>(
      'it is unclaimed once more',
      `${brief}/events/${id}`,
      (event) => event.settledAt !== null && event.settledAt !== settledAt,
    );
    assert.ok(String(again.settledAt) > String(settledAt));
  });
}
