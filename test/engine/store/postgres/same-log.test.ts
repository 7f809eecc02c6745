import { strict as assert } from 'node:assert';
import type { EventFilter, ExecutionFilter, PageRequest } from '../../../../src/engine/store/log/filter.ts';
import type { ExecutionLog } from '../../../../src/engine/store/log.ts';
import { cursorOf, type List, positionOf } from '../../../../src/engine/store/reading/cursor.ts';
import { sqliteStore } from '../../../../src/engine/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../../src/engine/store/store.ts';
import type { Page } from '../../../../src/engine/words/admin-answers.ts';
import { InvalidInput, NotFound } from '../../../../src/engine/words/errors.ts';
import { shownStatuses } from '../../../../src/engine/words/execution.ts';
import { eventually } from '../../../support/eventually.ts';
import { openPostgres, sharedPostgres } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { historyBegins, TwinJournals } from '../../../support/twin-journals.ts';

const schema = 'same_log';
const operations = 1500;
const ends = historyBegins + 3_600_000;
const middle = historyBegins + 300_000;

const filters: ExecutionFilter[] = [
  {},
  ...shownStatuses.map((status): ExecutionFilter => ({ status: [status] })),
  { status: ['unresolved'] },
  { status: ['unresolved', 'parked'] },
  { status: ['failed', 'unresolved', 'skipped'] },
  { status: ['succeeded', 'failed'], handler: 'b' },
  { handler: 'a' },
  { handler: 'nobody' },
  { eventType: 'clients.create' },
  { eventType: 'accounts.update', handler: 'a', status: ['succeeded'] },
  { objectId: '1' },
  { objectId: '2', handler: 'b' },
  { objectId: '1', status: ['unresolved'] },
  { objectId: '3', eventType: 'clients.update' },
  { objectId: '1', kind: 'HTTP 500', handler: 'a' },
  { code: ['500'] },
  { code: ['5xx', 'none'], handler: 'a' },
  { code: ['404', '503'], status: ['succeeded', 'failed', 'parked'] },
  { code: ['9999999999'] },
  { minDurationMs: 20 },
  { minDurationMs: 10, maxDurationMs: 30, status: ['succeeded'] },
  { maxDurationMs: 5, eventType: 'clients.update' },
  { kind: 'HTTP 500' },
  { kind: 'client # is locked', handler: 'b' },
  { kind: 'client # is locked', eventType: 'clients.update', code: ['500'] },
  { kind: 'HTTP 500', status: ['unresolved'] },
  { kind: 'HTTP 500', status: ['succeeded'] },
  { from: middle },
  { to: middle, status: ['failed', 'succeeded'] },
  { from: middle, to: middle + 60_000, handler: 'a' },
  { text: 'alpha' },
  { text: 'alp' },
  { text: 'al', handler: 'a' },
  { text: 'mail.example', status: ['succeeded'] },
  { text: 'zurich alpha' },
  { text: 'ACC-2026' },
  { text: "beta' | '" },
  { text: 'a' },
  { text: 'nowhere' },
  { text: 'locked', eventType: 'clients.create' },
  { text: 'beta', objectId: '2' },
  { text: 'beta', status: ['unresolved'], from: middle },
];

const eventFilters: EventFilter[] = [
  {},
  { status: ['succeeded'] },
  { status: ['waiting', 'running', 'parked'] },
  { status: ['unclaimed', 'unhandled'] },
  { eventType: 'clients.create' },
  { eventType: 'clients.create', status: ['failed', 'succeeded'] },
  { objectId: '1' },
  { objectId: '2', status: ['succeeded', 'waiting'] },
  { objectId: '2', eventType: 'clients.update' },
  { from: middle, to: middle + 120_000 },
];

describe('the log in PostgreSQL, beside that in SQLite', () => {
  let stores: [Store, Store];
  let twins: TwinJournals;
  /** What the second journal answers, with the numbers of the first. */
  let asFirst: (answer: unknown, numbers?: Readonly<Record<string, List>>) => unknown;
  let toSecond: (id: string) => string;

  before(async function () {
    this.timeout(60_000);
    const folder = temporaryFolder('same-log-');
    const { url } = await sharedPostgres();
    const options = {
      now: () => historyBegins,
      parkedFor: (_: string, blocked: boolean) => (blocked ? 'order' : 'retry') as 'order' | 'retry',
      onTrouble: () => undefined,
    };
    stores = [
      await sqliteStore(folder, { drafts: false }).open(options),
      await openPostgres(url, schema, options),
    ];
    twins = await TwinJournals.open(stores, folder, url, schema);
    await twins.live(operations);
    await eventually('all is indexed', async () => {
      for (const { log } of stores) await log.executions({ text: 'alpha' }, { limit: 1 });
      return (await Promise.all(stores.map(({ log }) => log.counts()))).every(({ indexing }) => !indexing);
    });
    const back = await twins.numbers('back');
    const there = await twins.numbers('there');
    const [first, second] = stores.map(({ journal }) => journal.tag) as [string, string];
    const renamed = (text: string, from: string, to: string, numbers: typeof back) =>
      text.replace(new RegExp(`\\b(e[vx])-${from}-(\\d+)\\b`, 'g'), (_, kind: string, seq: string) => {
        const list = kind === 'ev' ? numbers.events : numbers.executions;
        return `${kind}-${to}-${list.get(Number(seq)) ?? seq}`;
      });
    toSecond = (id) => renamed(id, first, second, there);
    asFirst = (answer, numbers = {}) => {
      const walk = (value: unknown, key: string, of: object): unknown => {
        if (Array.isArray(value)) return value.map((one) => walk(one, key, of));
        if (value !== null && typeof value === 'object')
          return Object.fromEntries(
            Object.entries(value).map(([name, one]) => [name, walk(one, name, value)]),
          );
        if (typeof value === 'number') {
          const list = key === 'seq' ? ('eventId' in of ? 'executions' : 'events') : numbers[key];
          return list ? (back[list].get(value) ?? value) : value;
        }
        if (typeof value !== 'string') return value;
        if (key !== 'nextCursor') return renamed(value, second, first, back);
        const list: List = numbers['nextCursor'] ?? 'executions';
        const [at, seq] = positionOf(list, value);
        return cursorOf(list, [at, back[list].get(seq) ?? seq]);
      };
      return walk(answer, '', {});
    };
  });
  after(async () => {
    await twins.close();
    for (const store of stores) await store.close();
  });

  /** Asks both, and compares. @param numbers which numbers, by their names, are seqs of what */
  async function same(
    ask: (log: ExecutionLog, id: (id: string) => string) => Promise<unknown>,
    numbers?: Readonly<Record<string, List>>,
    what?: unknown,
  ): Promise<unknown> {
    const [first, second] = stores.map(({ log }) => log) as [ExecutionLog, ExecutionLog];
    const expected = await ask(first, (id) => id);
    const answer = asFirst(await ask(second, toSecond), numbers);
    assert.deepEqual(plain(answer), plain(expected), JSON.stringify(what));
    return expected;
  }
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

  async function pages<Row>(read: (page: PageRequest) => Promise<Page<Row>>, limit: number) {
    const all: Page<Row>[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Page<Row> = await read({ limit, cursor });
      all.push(page);
      cursor = page.nextCursor;
    }
    return all;
  }

  it('has been through something', async () => {
    const counts = await stores[0].log.counts();
    const all = await Promise.all(
      filters.map(async (filter) => (await stores[0].log.executions(filter, { limit: 500 })).items.length),
    );
    assert.ok(all.filter((found) => found === 0).length <= 8, JSON.stringify({ counts, all }));
    assert.ok((all[0] ?? 0) > 120, JSON.stringify({ counts, all }));
  });

  it('lists the same executions, page after page', async () => {
    for (const filter of filters)
      for (const limit of [7, 200])
        await same((log) => pages((page) => log.executions(filter, page), limit), {}, filter);
  });

  it('lists the same events, page after page', async () => {
    for (const filter of eventFilters)
      for (const limit of [5, 200])
        await same(
          (log) => pages((page) => log.events(filter, page), limit),
          { nextCursor: 'events' },
          filter,
        );
  });

  it('tells the same of each execution and event, and of those that are named', async () => {
    const { items } = await stores[0].log.executions({}, { limit: 500 });
    for (const { id } of items) await same((log, known) => log.execution(known(id)));
    const events = await stores[0].log.events({}, { limit: 500 });
    for (const { id } of events.items) await same((log, known) => log.event(known(id)));
    const some = items.filter((_, at) => at % 3 === 0).map(({ id }) => id);
    for (const more of [{}, { handler: 'a' }, { status: ['failed' as const] }, { text: 'alp' }])
      await same((log, known) => log.executions({ ids: some.map(known), ...more }, { limit: 20 }), {}, more);
    const few = events.items.slice(0, 30).map(({ id }) => id);
    await same((log, known) => log.events({ ids: few.map(known), status: ['succeeded'] }, { limit: 20 }), {
      nextCursor: 'events',
    });
    for (const eventId of few)
      for (const more of [{}, { text: 'al' }, { status: ['unresolved' as const] }])
        await same((log, known) => log.executions({ eventId: known(eventId), ...more }, { limit: 20 }));
  });

  it('refuses the same', async () => {
    for (const { log } of stores) {
      await assert.rejects(log.executions({}, { limit: 1, cursor: 'nonsense' }), InvalidInput);
      await assert.rejects(
        log.events({}, { limit: 1, cursor: cursorOf('executions', [1, 1]) }),
        InvalidInput,
      );
      await assert.rejects(log.execution('ex-other-1'), NotFound);
      await assert.rejects(log.event('ev-other-1'), NotFound);
    }
    await same((log) => log.executions({ eventId: 'ev-other-1' }, { limit: 1 }));
    await same((log) => log.executions({ ids: ['ex-other-1'] }, { limit: 1 }));
    await same((log) => log.executions({ objectId: 'a\0b' }, { limit: 1 }));
  });

  it('counts the same', async () => {
    await same((log) => log.counts());
    for (const step of [1000, 60_000, 7_000_000])
      await same((log) => log.statistics({ from: historyBegins, to: ends, step }));
    for (const filter of filters) {
      const range = { from: historyBegins, to: ends };
      const asked = { ...range, step: 60_000, filter: { ...filter, ...range } };
      await same((log) => log.histogram(asked), {}, filter);
    }
  });

  it('groups the same failures', async () => {
    const range = { from: historyBegins, to: ends, step: 60_000 };
    for (const more of [{}, { handler: 'a' }, { eventType: 'clients.update' }, { handler: 'b', to: middle }])
      await same(
        async (log) => {
          const { items, ...rest } = await log.failureGroups({ ...range, ...more });
          // Of those that are as many, any may be told first.
          const order = items.map(({ count }) => count);
          const key = ({ handler, kind }: (typeof items)[number]) => `${handler.id} ${kind}`;
          return { ...rest, order, items: items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) };
        },
        {},
        more,
      );
  });

  it('tells the same of handlers and of what waits', async () => {
    for (const since of [historyBegins, middle, ends])
      await same((log) => log.health(['a', 'b', 'c', 'nobody'], since));
    for (const handlers of [[], ['a'], ['b', 'c'], ['nobody']])
      for (const before of [null, middle, ends])
        await same((log) => log.waits({ eventsBefore: before, executionsBefore: before, handlers }));
    for (const limit of [3, 100]) await same((log) => log.failures(historyBegins, limit));
  });

  it('goes through the same with many', async () => {
    const seqs = { until: 'events', upTo: 'executions' } as const;
    const callable = ['a', 'b'];
    for (const filter of filters) {
      const counted = (await same((log) => log.replayCount(filter, callable), seqs, filter)) as {
        readonly matched: number;
      };
      assert.ok(counted.matched >= 0);
      await same((log) => log.parkedCount(filter), seqs, filter);
    }
    const ofEvents = { until: 'events', upTo: 'events' } as const;
    for (const filter of eventFilters)
      for (const emitters of [null, ['event-node'], ['other']])
        await same((log) => log.emittableCount(filter, emitters), ofEvents, filter);
  });

  it('finds the same, part after part', async () => {
    const all = { after: 0, until: Number.MAX_SAFE_INTEGER, upTo: null };
    const parts = async <Part extends { readonly ends: boolean; readonly cursor: number }>(
      read: (after: number) => Promise<Part>,
    ) => {
      const found: Part[] = [];
      for (let part: Part | undefined; !part?.ends; found.push(part)) part = await read(part?.cursor ?? 0);
      return found;
    };
    for (const [id, filter] of filters.entries())
      await same(
        (log) =>
          parts((after) => log.replayBatch({ ...all, id, filter, after, callable: ['a', 'c'], limit: 3 })),
        { chosen: 'executions', cursor: 'events' },
        filter,
      );
    for (const [id, filter] of eventFilters.entries())
      await same(
        (log) => parts((after) => log.emittableBatch({ ...all, id: 1000 + id, filter, after, limit: 3 })),
        { chosen: 'events', cursor: 'events' },
        filter,
      );
    for (const handler of ['a', 'c', 'nobody'])
      for (const from of [historyBegins, middle]) {
        const asked = { filter: { handler, from }, patterns: ['clients.*'], until: null, limit: 4 };
        for (const payloads of [true, false])
          await same(
            (log) => parts((after) => log.missed({ ...asked, after, payloads })),
            { cursor: 'events', until: 'events' },
            asked,
          );
      }
  });

  it('lists the same that was done with many', async () => {
    for (const { journal } of stores) {
      const begun = {
        kind: 'executions',
        filter: '{"handler":"a"}',
        ratePerSecond: 2.5,
        matched: 3,
      } as const;
      await journal.beginReplay({ ...begun, until: 5, upTo: null, by: 'anna', at: ends });
      await journal.beginReplay({ ...begun, kind: 'events', until: 5, upTo: 7, by: null, at: ends + 1 });
      await journal.endReplay(1, ends + 2);
    }
    const rows = (await same((log) => log.replays())) as readonly unknown[];
    assert.equal(rows.length, 2);
  });
});
