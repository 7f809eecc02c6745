import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, ApiError, path, type Query } from '../../src/tab/data/api.ts';
import { FeedSequence } from '../../src/tab/data/feed-sequence.ts';
import { type Comms, LiveFeed } from '../../src/tab/data/live-feed.ts';
import { Pace } from '../../src/tab/data/pace.ts';
import { rangeOf, seriesOf, spans } from '../../src/tab/data/statistics.ts';
import { eventually } from '../support/eventually.ts';

describe('the frames of the live feed', () => {
  const frame = (seq: number, since: number, registry = 'reg') => ({ boot: 'one', registry, seq, since });

  it('are read from where the last reading ended, or from where the first of them begins', () => {
    const sequence = new FeedSequence();
    sequence.greet('one');
    assert.equal(sequence.after(frame(5, 4)), 4);
    sequence.read('one', 'reg', 5);
    assert.equal(sequence.after(frame(5, 4)), undefined, 'it was read');
    assert.equal(sequence.after(frame(9, 8)), 5, 'some were lost');
    assert.equal(sequence.after(frame(9, 7, 'other')), 7, 'each registry by itself');
    sequence.read('one', 'reg', 3);
    assert.equal(sequence.after(frame(9, 8)), 5, 'an older answer came late');
  });

  it('begin anew with another run of Node-RED', () => {
    const sequence = new FeedSequence();
    assert.equal(sequence.greet('one'), false);
    sequence.read('one', 'reg', 90);
    assert.equal(sequence.greet('two'), true);
    assert.equal(sequence.after({ boot: 'two', registry: 'reg', seq: 1, since: 0 }), 0);
    sequence.read('one', 'reg', 91);
    assert.equal(sequence.after({ boot: 'two', registry: 'reg', seq: 1, since: 0 }), 0);
    assert.equal(sequence.greet('two'), false);
  });
});

describe('the live feed', () => {
  class FakeComms implements Comms {
    readonly topics = new Map<string, (topic: string, data: unknown) => void>();
    connect: (() => void) | undefined;

    subscribe(topic: string, callback: (topic: string, data: unknown) => void): void {
      this.topics.set(topic, callback);
    }
    unsubscribe(topic: string): void {
      this.topics.delete(topic);
    }
    on(_event: 'connect', callback: () => void): void {
      this.connect = callback;
    }
    off(): void {
      this.connect = undefined;
    }
    send(data: unknown): void {
      this.topics.get('provisioning/executions')?.('provisioning/executions', data);
    }
  }
  const frame = (seq: number, since = seq - 1, boot = 'one') => ({ boot, registry: 'reg', seq, since });

  /** A feed whose API answers as it is told. */
  function fed(answer: (after: number) => object | Promise<object>) {
    const comms = new FakeComms();
    const asked: unknown[] = [];
    const get = async (route: string, query: Query = {}) => {
      asked.push([route, query]);
      return (await answer(Number(query['after']))) as never;
    };
    const rows: unknown[] = [];
    const seen = { gaps: 0 };
    const feed = new LiveFeed(comms, { get });
    const end = feed.follow({ rows: (more) => rows.push(...more), gap: () => (seen.gaps += 1) });
    return { comms, asked, rows, seen, feed, end };
  }
  const changes = (seq: number, more: object = {}) => ({
    boot: 'one',
    seq,
    items: [{ id: `ex-${seq}` }],
    complete: true,
    ...more,
  });

  it('is subscribed to only while somebody follows it', () => {
    const { comms, feed, end } = fed(() => changes(1));
    const second = feed.follow({});
    end();
    assert.equal(comms.topics.size, 2);
    second();
    assert.equal(comms.topics.size, 0);
    assert.equal(comms.connect, undefined);
  });

  it('reads what a frame tells of, and tells rows with their registry', async () => {
    const { comms, asked, rows, seen } = fed(() => changes(4));
    comms.send(frame(4));
    await eventually('a row', () => rows.length > 0);
    comms.send(frame(4));
    assert.deepEqual(rows, [{ id: 'ex-4', registry: 'reg' }]);
    assert.deepEqual(asked, [['registries/reg/changes', { boot: 'one', after: 3 }]]);
    assert.equal(seen.gaps, 0);
  });

  it('reads once for all frames that come meanwhile, from the first of them, one reading after the other', async () => {
    let reading = 0;
    const { comms, asked, rows } = fed(async (after) => {
      reading += 1;
      assert.equal(reading, 1);
      await sleep(20);
      reading -= 1;
      return changes(after === 0 ? 1 : 9);
    });
    for (let seq = 1; seq <= 9; seq += 1) comms.send(frame(seq));
    await eventually('both readings', () => rows.length === 2);
    assert.deepEqual(asked, [
      ['registries/reg/changes', { boot: 'one', after: 0 }],
      ['registries/reg/changes', { boot: 'one', after: 1 }],
    ]);
  });

  it('tells a gap when not all is known, when nothing can be read, and after a reconnect or restart', async () => {
    let answer: () => object = () => changes(1, { complete: false });
    const { comms, seen, rows } = fed(() => answer());
    comms.send(frame(1));
    await eventually('the first gap', () => seen.gaps === 1);
    answer = () => {
      throw new ApiError(401, 'unauthorized', 'no');
    };
    comms.send(frame(2));
    await eventually('the second gap', () => seen.gaps === 2);
    comms.connect?.();
    assert.equal(seen.gaps, 3);
    answer = () => changes(1, { boot: 'two' });
    comms.send(frame(1, 0, 'two'));
    assert.equal(seen.gaps, 4);
    await eventually('what the new run tells', () => rows.length === 2);
  });

  it('keeps to itself what comes when nobody follows any more', async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const { comms, rows, seen, end, asked } = fed(() => promise);
    comms.send(frame(1));
    await eventually('it is asked', () => asked.length === 1);
    end();
    resolve(changes(1));
    await promise;
    await sleep(1);
    assert.deepEqual([rows.length, seen.gaps], [0, 0]);
  });

  it('overhears what is no frame', async () => {
    const { comms, asked, seen } = fed(() => changes(1));
    for (const data of [
      null,
      'x',
      1,
      {},
      { boot: 'one', seq: '1', since: 0, registry: 'r' },
      { boot: 'one', seq: 1, registry: 'r' },
      { boot: 'one', seq: 1, since: 0 },
    ])
      comms.send(data);
    await sleep(1);
    assert.deepEqual([asked.length, seen.gaps], [0, 0]);
  });
});

describe('a pace', () => {
  it('runs at once, then once for all that is asked for meanwhile', async () => {
    let runs = 0;
    let now = 0;
    const pace = new Pace(
      () => {
        runs += 1;
      },
      60,
      () => now,
    );
    for (let asked = 0; asked < 10; asked += 1) pace.ask();
    assert.equal(runs, 1);
    await eventually('the second run', () => runs === 2);
    now = 100;
    pace.ask();
    pace.stop();
    assert.equal(runs, 3);
  });

  it('forgets what is still to come when it is stopped', async () => {
    let runs = 0;
    const pace = new Pace(
      () => (runs += 1),
      30,
      () => 0,
    );
    pace.ask();
    pace.ask();
    pace.stop();
    await sleep(80);
    assert.equal(runs, 1);
  });
});

describe('requests to the admin API', () => {
  const failing = (status: number, responseJSON?: object) =>
    new Api(async () => {
      throw { status, responseJSON };
    });
  const errorOf = async (api: Api): Promise<ApiError> => {
    const error = await api.get('registries').then(
      () => undefined,
      (failure: unknown) => failure,
    );
    assert.ok(error instanceof ApiError);
    return error;
  };

  it("carry the API's own words when it refuses", async () => {
    const error = await errorOf(failing(409, { error: { code: 'conflict', message: 'archived' } }));
    assert.deepEqual([error.status, error.code, error.message], [409, 'conflict', 'archived']);
  });

  it('tell no answer, no permission and no such route apart', async () => {
    assert.equal((await errorOf(failing(0))).lostConnection, true);
    assert.equal((await errorOf(failing(401))).forbidden, true);
    assert.equal((await errorOf(failing(404))).missing, true);
    assert.equal((await errorOf(failing(404, { error: { code: 'not-found' } }))).missing, false);
  });

  it('escape every part of a path', () => {
    assert.equal(path('registries', 'a/../b?c', 'events'), 'registries/a%2F..%2Fb%3Fc/events');
  });
});

describe('statistics', () => {
  it('of several registries add up, with the higher percentile, in executions a minute', () => {
    const at = '2026-01-31T12:00:00Z';
    const series = seriesOf(
      [
        [{ at, succeeded: 30, failed: 1, parked: 0, unresolved: 0, p50: 5, p95: null }],
        [{ at, succeeded: 60, failed: 0, parked: 2, unresolved: 1, p50: 9, p95: 20 }],
      ],
      120,
      Date.parse(at) + 600_000,
    );
    assert.deepEqual(series, {
      at: [Date.parse(at) / 1000],
      succeeded: [45],
      failed: [0.5],
      parked: [1],
      p50: [9],
      p95: [20],
      totals: { succeeded: 90, failed: 1, parked: 2, unresolved: 1 },
      open: null,
    });
  });

  it('draw no step that is not over, which would look like a fall, and tell what has come of it so far', () => {
    const begin = Date.parse('2026-01-31T12:00:00Z');
    const stepAt = (minute: number, succeeded: number) => {
      const at = new Date(begin + minute * 60_000).toISOString();
      return { at, succeeded, failed: 1, parked: 2, unresolved: 0, p50: 5, p95: 20 };
    };
    const steps = [[stepAt(0, 30), stepAt(1, 3)], [stepAt(1, 4)]];
    for (const [passed, drawn] of [
      [60_000, [30, null]],
      [119_999, [30, null]],
      [120_000, [30, 7]],
    ] as const) {
      const series = seriesOf(steps, 60, begin + passed);
      assert.deepEqual(series.succeeded, drawn);
      for (const line of [series.failed, series.parked, series.p50, series.p95]) {
        assert.deepEqual(
          line.map((value) => value === null),
          drawn.map((value) => value === null),
        );
      }
      assert.deepEqual(
        series.open,
        drawn[1] === null ? { succeeded: 7, failed: 2, parked: 4, unresolved: 0 } : null,
      );
      assert.equal(series.totals.succeeded, 37);
    }
  });

  it('are of whole steps', () => {
    const now = Date.parse('2026-01-31T12:00:30Z');
    for (const span of spans) {
      const { from, to } = rangeOf(span, now);
      assert.equal((to - from) / 1000, span.seconds);
      assert.equal(to % (span.step * 1000), 0);
      assert.ok(to >= now);
    }
  });
});
