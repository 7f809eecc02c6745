import assert from 'node:assert/strict';
import { LiveList } from '../../src/tab/data/live-list.ts';
import { MergedPages } from '../../src/tab/data/merged-pages.ts';
import { rowRange } from '../../src/tab/data/row-range.ts';
import type { Page } from '../../src/tab/data/shapes.ts';

interface Row {
  readonly id: string;
  readonly registry: string;
  readonly at: number;
  readonly status?: string;
}

const newestFirst = (a: Row, b: Row) => b.at - a.at || (a.registry < b.registry ? -1 : 1);
const timeOf = ({ at }: Row) => new Date(at).toISOString();
const row = (at: number, registry = 'a', status = 'running'): Row => ({
  id: `${registry}${at}`,
  registry,
  at,
  status,
});

/** Registries as the API pages through them. */
class Journals {
  readonly rows = new Map<string, Row[]>();
  asked = 0;

  constructor(...registries: readonly (readonly Row[])[]) {
    for (const [index, rows] of registries.entries())
      this.rows.set('abc'[index] as string, [...rows].sort(newestFirst));
  }

  readonly fetch =
    (upTo?: string) =>
    async (source: string, cursor: string | null, limit: number): Promise<Page<Row>> => {
      this.asked += 1;
      const rows = (this.rows.get(source) ?? []).filter((one) => upTo === undefined || timeOf(one) < upTo);
      const start = cursor === null ? 0 : rows.findIndex(({ at }) => at < Number(cursor));
      const items = start < 0 ? [] : rows.slice(start, start + limit);
      const last = items.at(-1);
      const more = last !== undefined && rows.at(-1) !== last;
      return { items, nextCursor: more ? String(last.at) : null };
    };

  get search() {
    return { sources: [...this.rows.keys()], fetch: this.fetch };
  }
}

const range = (from: number, to: number, registry = 'a') =>
  Array.from({ length: to - from }, (_, index) => row(from + index, registry));
const times = (rows: readonly Row[]) => rows.map(({ at }) => at);
const told = (...rows: readonly Row[]) => rows.map((one) => ({ row: one, belongs: true }));

describe('pages of several registries', () => {
  it('read as one list, newest first, without a gap or a repetition', async () => {
    const evens = range(0, 70).map(({ at }) => row(at * 2, 'a'));
    const odds = range(0, 90).map(({ at }) => row(at * 2 + 1, 'b'));
    const { search } = new Journals(evens, odds);
    const pages = new MergedPages(search.sources, search.fetch(), newestFirst);
    const rows: Row[] = [];
    while (!pages.drained) rows.push(...(await pages.next(25)));
    assert.deepEqual(times(rows), times([...evens, ...odds].sort(newestFirst)));
  });

  it('give up for now when a search has found nothing in several pages', async () => {
    let asked = 0;
    const pages = new MergedPages<Row>(
      ['a'],
      async () => {
        asked += 1;
        return { items: [], nextCursor: String(asked) };
      },
      newestFirst,
    );
    assert.deepEqual(await pages.next(50), []);
    assert.equal(pages.drained, false);
    assert.ok(asked < 10);
  });
});

describe('a live list', () => {
  const opened = async (journals: Journals) => {
    const list = new LiveList<Row>(newestFirst, timeOf);
    await list.load(journals.search);
    return list;
  };

  it('loads older rows on demand until there are none', async () => {
    const list = await opened(new Journals(range(0, 120)));
    assert.equal(list.rows.length, 50);
    assert.equal(list.complete, false);
    await Promise.all([list.more(), list.more()]);
    assert.equal(list.rows.length, 100);
    await list.more();
    assert.deepEqual(times(list.rows), times(range(0, 120).reverse()));
    assert.equal(list.complete, true);
  });

  it('takes in what the live feed tells, new rows and changed ones', async () => {
    const list = await opened(new Journals(range(0, 60)));
    list.receive(told(row(100), row(59, 'a', 'failed')));
    assert.deepEqual(times(list.rows.slice(0, 2)), [100, 59]);
    assert.equal(list.rows[1]?.status, 'failed');
  });

  it('lets go of rows that no longer belong to the search', async () => {
    const list = await opened(new Journals(range(0, 3)));
    list.receive([{ row: row(1), belongs: false }]);
    assert.deepEqual(times(list.rows), [2, 0]);
  });

  it('leaves out rows older than what is loaded: they come when one scrolls', async () => {
    const list = await opened(new Journals(range(0, 60)));
    list.receive(told(row(3)));
    assert.equal(list.rows.length, 50);
  });

  it('stands still while it is paused, and counts what waits', async () => {
    const journals = new Journals(range(0, 3));
    const list = await opened(journals);
    list.pause();
    journals.rows.set('a', range(0, 5).reverse());
    list.receive(told(row(3), row(4), row(4), row(2, 'a', 'failed')));
    assert.deepEqual(times(list.rows), [2, 1, 0]);
    assert.equal(list.rows[0]?.status, 'running');
    assert.equal(list.waiting, 2);
    await list.resume();
    assert.deepEqual(times(list.rows), [4, 3, 2, 1, 0]);
    assert.equal(list.waiting, 0);
  });

  it('lets new rows wait while one reads further down, and changes rows where they stand', async () => {
    const list = await opened(new Journals(range(0, 3)));
    list.atTop = false;
    list.receive(told(row(9), row(1, 'a', 'failed')));
    assert.deepEqual(times(list.rows), [2, 1, 0]);
    assert.equal(list.rows[1]?.status, 'failed');
    assert.equal(list.waiting, 1);
    list.atTop = true;
    assert.deepEqual(times(list.rows), [9, 2, 1, 0]);
  });

  it('lets what one reads further down stand, however much comes', async () => {
    const journals = new Journals(range(0, 120));
    const list = await opened(journals);
    await list.more();
    list.atTop = false;
    journals.rows.set('a', range(0, 500).reverse());
    await list.refresh();
    assert.deepEqual(times(list.rows), times(range(20, 120).reverse()));
    assert.equal(list.waiting, 50);
    list.atTop = true;
    await list.refresh();
    assert.deepEqual(times(list.rows), times(range(450, 500).reverse()));
    assert.equal(list.waiting, 0);
  });

  it('shows what comes where there was nothing to read, wherever one had scrolled to before', async () => {
    const journals = new Journals(range(0, 120));
    const list = await opened(journals);
    list.atTop = false;
    await list.load(new Journals([]).search);
    list.receive(told(row(9)));
    assert.deepEqual(times(list.rows), [9]);
    assert.equal(list.waiting, 0);
  });

  it('no longer counts a row that waits once it does not belong to the search', async () => {
    const list = await opened(new Journals(range(0, 3)));
    list.pause();
    list.receive(told(row(9), row(10)));
    list.receive([{ row: row(9, 'a', 'failed'), belongs: false }]);
    assert.equal(list.waiting, 1);
    list.paused = false;
    list.atTop = false;
    list.atTop = true;
    assert.deepEqual(times(list.rows), [10, 2, 1, 0]);
  });

  for (const [when, stand, goOn] of [
    ['while it was paused', (list: LiveList<Row>) => list.pause(), (list: LiveList<Row>) => list.resume()],
    [
      'in a gap of the live feed',
      (list: LiveList<Row>) => list.miss(),
      (list: LiveList<Row>) => list.refresh(),
    ],
  ] as const) {
    it(`is right further down, too, about what changed ${when}`, async () => {
      const journals = new Journals(range(0, 120));
      const list = await opened(journals);
      await list.more();
      stand(list);
      const changed = range(0, 120).map((one) => (one.at === 30 ? row(30, 'a', 'failed') : one));
      journals.rows.set('a', changed.reverse());
      if (list.paused) list.receive(told(row(30, 'a', 'failed')));
      await goOn(list);
      while (list.rows.length < 100) await list.more();
      assert.equal(list.rows.find(({ at }) => at === 30)?.status, 'failed');
    });
  }

  it('tells the truth of a row that no longer belongs while one reads it, and lets go of it after that', async () => {
    const journals = new Journals(range(0, 120));
    const list = await opened(journals);
    await list.more();
    list.atTop = false;
    list.receive([{ row: row(30, 'a', 'failed'), belongs: false }]);
    assert.equal(list.rows.find(({ at }) => at === 30)?.status, 'failed');
    journals.rows.set(
      'a',
      range(0, 120)
        .filter(({ at }) => at !== 30)
        .reverse(),
    );
    list.atTop = true;
    await list.refresh();
    while (list.rows.length < 90) await list.more();
    assert.ok(list.rows.some(({ at }) => at === 29));
    assert.ok(!list.rows.some(({ at }) => at === 30));
  });

  it('leaves aside an answer that comes after that to a later reading', async () => {
    const list = await opened(new Journals(range(0, 3)));
    const answers: ((page: Page<Row>) => void)[] = [];
    const fetch = () => () => new Promise<Page<Row>>((resolve) => answers.push(resolve));
    void list.load({ sources: ['a'], fetch });
    const later = list.refresh();
    answers[1]?.({ items: [row(2, 'a', 'failed')], nextCursor: null });
    await later;
    answers[0]?.({ items: [row(2)], nextCursor: null });
    await new Promise(setImmediate);
    assert.deepEqual(
      list.rows.map(({ status }) => status),
      ['failed'],
    );
  });

  describe('whose feed tells in short', () => {
    interface Long extends Row {
      readonly response?: string;
    }
    const whole = (at: number, status = 'done'): Long => ({ ...row(at, 'a', status), response: `of ${at}` });

    /** A list whose rows are whole where they were read, and that notes which were read by their ids. */
    async function told(rows: Long[]) {
      const list = new LiveList<Long>(newestFirst, timeOf);
      const journal = { rows, asked: [] as string[][], answered: Promise.resolve() };
      const fetch = () => async () => {
        const items = [...journal.rows].sort(newestFirst);
        await journal.answered;
        return { items, nextCursor: null };
      };
      const read = async (_registry: string, ids: readonly string[]) => {
        journal.asked.push([...ids]);
        return journal.rows.filter(({ id }) => ids.includes(id));
      };
      const isUnderWay = ({ status }: Long) => status === 'running';
      await list.load({ sources: ['a'], fetch, read, isUnderWay });
      /** Something happens, and the feed tells of it. */
      const happen = (...now: Long[]) => {
        const ids = now.map(({ id }) => id);
        journal.rows = [...journal.rows.filter(({ id }) => !ids.includes(id)), ...now];
        list.receive(now.map(({ response: _, ...rest }) => ({ row: rest, belongs: true })));
      };
      return { list, journal, happen };
    }
    const responses = (list: LiveList<Long>) => list.rows.map(({ response }) => response);

    it('reads what is on the screen and was only told, and nothing else', async () => {
      const { list, journal, happen } = await told([whole(1), whole(2)]);
      happen(whole(3), whole(4), whole(5));
      list.screen.ids = ['a5', 'a4', 'a1'];
      assert.equal(await list.confirm(), false);
      assert.deepEqual(journal.asked, [['a5', 'a4']]);
      assert.deepEqual(responses(list), ['of 5', 'of 4', undefined, 'of 2', 'of 1']);
      assert.equal(await list.confirm(), false);
      assert.equal(journal.asked.length, 1);
    });

    it('does so while it is paused too, and of what changes after that it reads nothing', async () => {
      const { list, journal, happen } = await told([whole(1)]);
      happen(whole(2));
      list.pause();
      list.screen.ids = ['a2', 'a1'];
      happen(whole(1, 'failed'));
      list.miss();
      await list.confirm();
      assert.deepEqual(journal.asked, [['a2']]);
      assert.deepEqual(
        list.rows.map(({ status }) => status),
        ['done', 'done'],
      );
    });

    for (const [known, hear] of [
      ['tells of', (list: LiveList<Long>) => list.receive([{ row: row(2, 'a', 'done'), belongs: true }])],
      ['had a gap in', (list: LiveList<Long>) => list.miss()],
      ['doubts', (list: LiveList<Long>) => list.doubt(['a2', 'a1'])],
    ] as const) {
      it(`shows a call that ran when it was paused to its end, which the feed ${known}, and no further`, async () => {
        const { list, journal } = await told([whole(1), row(2)]);
        list.screen.ids = ['a2', 'a1'];
        list.pause();
        journal.rows = [whole(1, 'failed'), whole(2)];
        hear(list);
        await list.confirm();
        const shown = () => list.rows.map(({ status, response }) => [status, response]);
        assert.deepEqual(shown(), [
          ['done', 'of 2'],
          ['done', 'of 1'],
        ]);
        journal.rows = [whole(1, 'failed'), whole(2, 'replayed')];
        list.receive([{ row: row(2, 'a', 'replayed'), belongs: true }]);
        assert.equal(await list.confirm(), false);
        assert.deepEqual(journal.asked, [['a2']]);
        await list.resume();
        assert.deepEqual(shown(), [
          ['replayed', 'of 2'],
          ['failed', 'of 1'],
        ]);
      });
    }

    it('hears of the end of a call that a reading in the pause still found running', async () => {
      const { list, journal, happen } = await told([whole(1)]);
      happen(row(2));
      list.screen.ids = ['a2', 'a1'];
      list.pause();
      await list.confirm();
      assert.deepEqual(responses(list), [undefined, 'of 1']);
      happen(whole(2));
      await list.confirm();
      assert.deepEqual(responses(list), ['of 2', 'of 1']);
      assert.deepEqual(journal.asked, [['a2'], ['a2']]);
    });

    it('reads what is on the screen after a gap, though nothing may move, and whatever is searched for', async () => {
      const { list, journal } = await told([whole(1, 'parked'), whole(2, 'parked')]);
      list.screen.ids = ['a2', 'a1'];
      list.occupied = true;
      journal.rows = [whole(1), whole(2, 'parked'), whole(3)];
      list.miss();
      await list.confirm();
      assert.deepEqual(times(list.rows), [2, 1]);
      assert.equal(list.rows[1]?.status, 'done');
    });

    it('lets go of what is so found to belong no longer, once nobody looks', async () => {
      const { list, journal } = await told([whole(1, 'parked'), whole(2, 'parked')]);
      const fetch = () => async () => ({
        items: journal.rows.filter(({ status }) => status === 'parked').sort(newestFirst),
        nextCursor: null,
      });
      const read = async (_registry: string, ids: readonly string[]) =>
        journal.rows.filter(({ id }) => ids.includes(id));
      const belongs = ({ status }: Long) => status === 'parked';
      await list.load({ sources: ['a'], fetch, read, belongs });
      list.screen.ids = ['a2', 'a1'];
      list.occupied = true;
      journal.rows = [whole(1, 'cancelled'), whole(2, 'parked')];
      list.doubt(['a1']);
      await list.confirm();
      assert.deepEqual([times(list.rows), list.rows[1]?.status], [[2, 1], 'cancelled']);
      await list.letIn();
      assert.deepEqual(times(list.rows), [2]);
    });

    it('does not take back what is told while a reading is under way', async () => {
      const { list, journal, happen } = await told([whole(1, 'running'), whole(2, 'running')]);
      const { promise, resolve } = Promise.withResolvers<void>();
      journal.answered = promise;
      const slow = list.refresh();
      happen(whole(1), whole(3));
      list.receive([{ row: whole(2), belongs: false }]);
      resolve();
      await slow;
      assert.deepEqual(
        list.rows.map(({ at, status }) => [at, status]),
        [
          [3, 'done'],
          [1, 'done'],
        ],
      );
    });
  });

  it('lets new rows wait while pointer or focus is in it, and lets them in when it is asked to', async () => {
    const journals = new Journals(range(0, 3));
    const list = await opened(journals);
    list.occupied = true;
    list.receive(told(row(9)));
    assert.deepEqual([list.waiting, times(list.rows)], [1, [2, 1, 0]]);
    await list.letIn();
    assert.deepEqual([list.waiting, times(list.rows)], [0, [9, 2, 1, 0]]);
    list.receive(told(row(10)));
    list.occupied = false;
    assert.deepEqual(times(list.rows), [10, 9, 2, 1, 0]);
  });

  for (const [how, standStill] of [
    ['is paused', (list: LiveList<Row>) => list.pause()],
    [
      'is read',
      (list: LiveList<Row>) => {
        list.occupied = true;
      },
    ],
  ] as const)
    it(`counts what was told while a search was read, when the list ${how} by then`, async () => {
      const journals = new Journals(range(0, 3));
      const list = await opened(journals);
      standStill(list);
      journals.rows.set('a', range(0, 4).reverse());
      const loaded = list.load(journals.search);
      list.receive(told(row(3), row(4), row(2, 'a', 'failed')));
      list.receive(told(row(4, 'a', 'succeeded')));
      await loaded;
      list.receive(told(row(5)));
      const news = [row(4, 'a', 'succeeded'), row(5)];
      assert.deepEqual([list.waiting, times(list.rows)], [2, [3, 2, 1, 0]]);
      journals.rows.set('a', [...range(0, 4), ...news].reverse());
      await (list.paused ? list.resume() : list.letIn());
      assert.deepEqual([list.waiting, times(list.rows)], [0, [5, 4, 3, 2, 1, 0]]);
    });

  it('counts so many rows that wait, says that there are more, and loses none', async () => {
    const journals = new Journals(range(0, 3));
    const list = await opened(journals);
    list.occupied = true;
    const all = range(0, 1200);
    for (let at = 3; at < all.length; at += 100) list.receive(told(...all.slice(at, at + 100)));
    journals.rows.set('a', all.toReversed());
    assert.deepEqual([list.waiting, list.waitingMore], [1000, true]);
    await list.letIn();
    while (!list.complete) await list.more();
    assert.deepEqual(times(list.rows), times(all.toReversed()));
  });

  it('begins anew when more came than a page holds', async () => {
    const journals = new Journals(range(0, 60));
    const list = await opened(journals);
    journals.rows.set('a', range(0, 500).reverse());
    await list.refresh();
    assert.deepEqual(times(list.rows), times(range(450, 500).reverse()));
  });

  it('keeps what is older than the first page when it is read anew', async () => {
    const journals = new Journals(range(0, 120));
    const list = await opened(journals);
    await list.more();
    journals.rows.set('a', range(0, 125).reverse());
    await list.refresh();
    assert.deepEqual(times(list.rows), times(range(20, 125).reverse()));
  });

  it('stays small however long it gathers, and still reaches every older row', async () => {
    const journals = new Journals(range(0, 60));
    const list = await opened(journals);
    const later = range(1000, 3000);
    for (let at = 0; at < later.length; at += 100) list.receive(told(...later.slice(at, at + 100)));
    journals.rows.set('a', [...range(0, 60), ...later].sort(newestFirst));
    assert.ok(list.rows.length <= 1000);
    while (!list.complete) await list.more();
    assert.deepEqual(times(list.rows), times([...range(0, 60), ...later].reverse()));
  });

  it('forgets the answer to a search that another one has overtaken', async () => {
    const list = new LiveList<Row>(newestFirst, timeOf);
    let answer: (page: Page<Row>) => void = () => undefined;
    const slow = list.load({
      sources: ['a'],
      fetch: () => () =>
        new Promise<Page<Row>>((resolve) => {
          answer = resolve;
        }),
    });
    await list.load(new Journals([row(7)]).search);
    answer({ items: [row(1)], nextCursor: null });
    await slow;
    assert.deepEqual(times(list.rows), [7]);
  });

  it('goes on looking when a search has found nothing yet', async () => {
    let asked = 0;
    const list = new LiveList<Row>(newestFirst, timeOf);
    await list.load({
      sources: ['a'],
      fetch: () => async () => {
        asked += 1;
        return asked < 30 ? { items: [], nextCursor: String(asked) } : { items: [row(1)], nextCursor: null };
      },
    });
    await list.more();
    assert.deepEqual(times(list.rows), [1]);
  });

  it('keeps its rows when a reading fails, and tells of a search that fails', async () => {
    const list = await opened(new Journals(range(0, 3)));
    let broken = true;
    const fetch = (upTo?: string) => async (source: string, cursor: string | null, limit: number) => {
      if (broken) throw new Error('gone');
      return new Journals(range(0, 4)).fetch(upTo)(source, cursor, limit);
    };
    await list.load({ sources: ['a'], fetch });
    assert.equal(list.status, 'failed');
    broken = false;
    await list.refresh();
    assert.equal(list.status, 'ready');
    broken = true;
    await list.refresh();
    assert.deepEqual([list.status, list.rows.length], ['ready', 4]);
  });
});

describe('the rows in the page', () => {
  it('are those in view and some around, 200 at most, with room for all others', () => {
    for (const scrollTop of [0, 1000, 99_000, 260_000]) {
      const { first, last, before, after } = rowRange(10_000, 26, { scrollTop, height: 900 });
      assert.ok(last - first <= 200);
      assert.ok(first <= Math.floor(scrollTop / 26));
      assert.ok(last >= Math.min(10_000, Math.ceil((scrollTop + 900) / 26)));
      assert.equal(before + after + (last - first) * 26, 260_000);
    }
  });

  it('are all of a short list', () => {
    assert.deepEqual(rowRange(3, 26, { scrollTop: 0, height: 900 }), {
      first: 0,
      last: 3,
      before: 0,
      after: 0,
    });
  });
});
