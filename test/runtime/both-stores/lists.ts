import assert from 'node:assert/strict';
import type { EventRow, ExecutionRow } from '../../../src/engine/words/execution.ts';
import { type Listed, type Page, rounds } from './listed.ts';
import { main, type Site } from './site.ts';

/** Lists and searches: the same from each, and page by page from each in turn. */
export function listsOf(site: () => Site, listed: () => Listed): void {
  const between = () => `from=${listed().from}&to=${listed().to}`;

  it('lists the newest first', () => {
    const { executions, events } = listed();
    const inOrder = <R extends { seq: number }>(rows: readonly R[], at: (row: R) => string | null) =>
      rows.toSorted((a, b) => String(at(b)).localeCompare(String(at(a))) || b.seq - a.seq);
    assert.deepEqual(
      executions,
      inOrder(executions, ({ startedAt }) => startedAt),
    );
    assert.deepEqual(
      events,
      inOrder(events, ({ acceptedAt }) => acceptedAt),
    );
  });

  it('goes on with a list at another one, page by page', async () => {
    const { executions, events } = listed();
    for (const [list, all] of [
      ['executions', executions],
      ['events', events],
    ] as const)
      for (const limit of [1, 7, all.length]) {
        const got: unknown[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const page: Page<unknown> = await site()
            .next()
            .get(`${main}/${list}?${between()}&limit=${limit}&cursor=${cursor}`);
          assert.ok(page.items.length <= limit);
          got.push(...page.items);
          cursor = page.nextCursor;
        }
        assert.deepEqual(got, all, `${list} by ${limit}`);
      }
  });

  const conditions: readonly (readonly [string, (row: ExecutionRow) => boolean])[] = [
    ['status=failed', ({ status }) => status === 'failed'],
    ['status=parked,succeeded', ({ status }) => status !== 'failed'],
    ['status=unresolved', ({ status }) => status === 'failed'],
    ['handler=listed_too', ({ handler }) => handler.id === 'listed_too'],
    ['eventType=list.few', ({ eventType }) => eventType === 'list.few'],
    ['objectId=object-1', ({ objectId }) => objectId === 'object-1'],
    ['code=404', ({ code }) => code === 404],
    ['code=5xx,404', ({ code }) => code === 404 || code === 503],
    ['code=none', ({ code }) => code === null],
    ['kind=HTTP%20404', ({ code }) => code === 404],
    ['minDurationMs=0', ({ durationMs }) => durationMs !== null],
    ['maxDurationMs=3', ({ durationMs }) => durationMs !== null && durationMs <= 3],
    [
      'handler=listed&status=failed&objectId=object-2',
      (row) => row.handler.id === 'listed' && row.status === 'failed' && row.objectId === 'object-2',
    ],
  ];
  for (const [query, is] of conditions)
    it(`finds executions by ${query}`, async () => {
      const { executions } = listed();
      const { items } = await site().same<Page<ExecutionRow>>(
        `${main}/executions?limit=500&${between()}&${query}`,
      );
      assert.deepEqual(items, executions.filter(is));
      if (!/none|Duration/.test(query)) assert.ok(items.length > 0 && items.length < executions.length);
    });

  it('finds executions and events by their ids, and executions by their event', async () => {
    const { executions, events } = listed();
    const some = executions.filter((_, n) => n % 5 === 0);
    const found = await site().same<Page<ExecutionRow>>(
      `${main}/executions?ids=${some.map(({ id }) => id)},ex-nobody-1`,
    );
    assert.deepEqual(found.items, some);
    const few = events.filter((_, n) => n % 5 === 0);
    const foundEvents = await site().same<Page<EventRow>>(`${main}/events?ids=${few.map(({ id }) => id)}`);
    assert.deepEqual(foundEvents.items, few);
    const [event] = events.filter(({ eventType }) => eventType === 'list.many');
    const ofEvent = await site().same<Page<ExecutionRow>>(`${main}/executions?eventId=${event?.id}`);
    assert.deepEqual(
      ofEvent.items,
      executions.filter(({ eventId }) => eventId === event?.id),
    );
  });

  it('finds events by status, type, object and time', async () => {
    const { events, from, to } = listed();
    const middle = events[rounds]?.acceptedAt as string;
    const asked: readonly (readonly [string, (row: EventRow) => boolean])[] = [
      ['status=parked', ({ status }) => status === 'parked'],
      ['status=failed,parked', ({ status }) => status !== 'succeeded'],
      ['eventType=list.few', ({ eventType }) => eventType === 'list.few'],
      ['objectId=object-0', ({ objectId }) => objectId === 'object-0'],
    ];
    for (const [query, is] of asked) {
      const { items } = await site().same<Page<EventRow>>(`${main}/events?limit=500&${between()}&${query}`);
      assert.deepEqual(items, events.filter(is), query);
      assert.ok(items.length > 0 && items.length < events.length, query);
    }
    const since = await site().same<Page<EventRow>>(`${main}/events?limit=500&from=${middle}&to=${to}`);
    assert.deepEqual(
      since.items,
      events.filter(({ acceptedAt }) => acceptedAt >= middle),
    );
    const until = await site().same<Page<EventRow>>(`${main}/events?limit=500&from=${from}&to=${middle}`);
    assert.deepEqual(
      until.items,
      events.filter(({ acceptedAt }) => acceptedAt < middle),
    );
  });

  const wordsOf: readonly (readonly [string, (n: number, row: ExecutionRow) => boolean])[] = [
    ['grusse', () => false],
    ['grüße', (n) => n % 4 === 0],
    ['GRUSS', () => false],
    ['mail.example', (n) => n % 4 === 1],
    ['acc-2026', (n) => n % 4 === 2],
    ['0042', (n) => n % 4 === 2],
    ['zurich', (n, { handler }) => n % 2 === 0 && handler.id === 'listed'],
    ['plain not found', () => false],
    ['anna not found', (n, { handler }) => n % 4 === 1 && handler.id === 'listed'],
    ['unavailable', (_, { handler, attempts }) => handler.id === 'listed_too' && attempts > 0],
    ['nothing said', (n, { handler }) => n % 2 === 1 && handler.id === 'listed'],
    ['lain', () => false],
  ];
  for (const [text, is] of wordsOf)
    it(`finds what says “${text}”`, async () => {
      const { executions, roundOf } = listed();
      const expected = executions.filter((row) => is(roundOf.get(row.eventId) as number, row));
      const path = `${main}/executions?limit=500&${between()}&text=${encodeURIComponent(text)}`;
      const { items } = await site().agreed<Page<ExecutionRow>>(
        'all is indexed',
        path,
        (found) => found.items.length >= expected.length,
      );
      assert.deepEqual(items, expected);
    });

  it('refuses what is no question, in the same words', async () => {
    for (const query of [
      'executions?status=done',
      'executions?limit=501',
      'executions?cursor=nonsense',
      'executions?from=yesterday',
      'executions?evenType=list.few',
      'events?status=lost',
      'stats?step=0',
    ]) {
      const [first, ...others] = await Promise.all(
        site().members.map((member) => member.ask<{ error: { code: string } }>(`${main}/${query}`)),
      );
      assert.deepEqual([first?.status, first?.body.error.code], [400, 'invalid'], query);
      for (const other of others) assert.deepEqual(other, first);
    }
    for (const path of ['executions/ex-nobody-1', 'events/ev-nobody-1'])
      for (const member of site().members) assert.equal((await member.ask(`${main}/${path}`)).status, 404);
  });
}
