import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, ApiError, path } from '../../src/tab/data/api.ts';
import { FeedSequence } from '../../src/tab/data/feed-sequence.ts';
import { type Comms, LiveFeed } from '../../src/tab/data/live-feed.ts';
import { Pace } from '../../src/tab/data/pace.ts';
import { rangeOf, seriesOf, spans } from '../../src/tab/data/statistics.ts';
import { eventually } from '../support/eventually.ts';

describe('the order of frames', () => {
  it('is followed, and a missing one noticed', () => {
    const sequence = new FeedSequence();
    const places = [5, 6, 6, 8, 9].map((seq) => sequence.follow({ boot: 'one', seq }));
    assert.deepEqual(places, ['next', 'next', 'old', 'gap', 'next']);
  });

  it('begins anew with another run of Node-RED, which leaves a gap', () => {
    const sequence = new FeedSequence();
    sequence.follow({ boot: 'one', seq: 90 });
    assert.equal(sequence.follow({ boot: 'two', seq: 1 }), 'gap');
    assert.equal(sequence.greet('two'), false);
    assert.equal(sequence.greet('three'), true);
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
  const frame = (seq: number, more: object = {}) => ({
    boot: 'one',
    seq,
    registry: 'reg',
    items: [{ id: `ex-${seq}` }],
    ...more,
  });

  it('is subscribed to only while somebody follows it', () => {
    const comms = new FakeComms();
    const feed = new LiveFeed(comms);
    const [first, second] = [feed.follow({}), feed.follow({})];
    first();
    assert.equal(comms.topics.size, 2);
    second();
    assert.equal(comms.topics.size, 0);
    assert.equal(comms.connect, undefined);
  });

  it('tells rows with their registry, and a gap after a lost, cut or unknown frame and a reconnect', () => {
    const comms = new FakeComms();
    const rows: unknown[] = [];
    let gaps = 0;
    new LiveFeed(comms).follow({ rows: (more) => rows.push(...more), gap: () => (gaps += 1) });
    comms.send(frame(1));
    comms.send(frame(1));
    assert.deepEqual(rows, [{ id: 'ex-1', registry: 'reg' }]);
    assert.equal(gaps, 0);
    comms.send(frame(3));
    comms.send(frame(4, { dropped: 7 }));
    comms.connect?.();
    assert.equal(gaps, 3);
  });

  it('overhears what is no frame', () => {
    const comms = new FakeComms();
    let told = 0;
    new LiveFeed(comms).follow({ rows: () => (told += 1), gap: () => (told += 1) });
    for (const data of [
      null,
      'x',
      1,
      {},
      { boot: 'one', seq: '1', items: [] },
      { boot: 'one', seq: 1, registry: 'r', items: {} },
    ])
      comms.send(data);
    assert.equal(told, 0);
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
    const pace = new Pace(() => (runs += 1), 30);
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
        [{ at, succeeded: 30, failed: 1, parked: 0, p50: 5, p95: null }],
        [{ at, succeeded: 60, failed: 0, parked: 2, p50: 9, p95: 20 }],
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
      totals: { succeeded: 90, failed: 1, parked: 2 },
      open: null,
    });
  });

  it('draw no step that is not over, which would look like a fall, and tell what has come of it so far', () => {
    const begin = Date.parse('2026-01-31T12:00:00Z');
    const stepAt = (minute: number, succeeded: number) => {
      const at = new Date(begin + minute * 60_000).toISOString();
      return { at, succeeded, failed: 1, parked: 2, p50: 5, p95: 20 };
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
      assert.deepEqual(series.open, drawn[1] === null ? { succeeded: 7, failed: 2, parked: 4 } : null);
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
