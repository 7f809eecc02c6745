import { strict as assert } from 'node:assert';
import type { EventFilter, ExecutionFilter } from '../../../../src/engine/store/log/filter.ts';
import { Connection } from '../../../../src/engine/store/postgres/connection.ts';
import { queriesOn } from '../../../../src/engine/store/postgres/reader/queries.ts';
import { Readers, readerSettings, withBitmaps } from '../../../../src/engine/store/postgres/readers.ts';
import { TextIndex } from '../../../../src/engine/store/postgres/search/text-index.ts';
import { TextSearch } from '../../../../src/engine/store/postgres/search/text-search.ts';
import type { LogQueries } from '../../../../src/engine/store/reading/queried-log.ts';
import { Ids } from '../../../../src/engine/words/ids.ts';
import { beginning, everyMs, fillSchema } from '../../../support/filled-schema.ts';
import { sharedPostgres } from '../../../support/postgres.ts';

const schema = 'log_plans';
const tag = 'abc123';
const events = 25_000;
const end = beginning + events * everyMs;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

interface Planned {
  readonly text: string;
  readonly nodes: readonly PlanNode[];
}

for (const statistics of ['current', 'missing'] as const)
  describe(`execution log in PostgreSQL, by index, where statistics are ${statistics}`, () => {
    let connection: Connection;
    let planner: Connection;
    let readers: Readers;
    let index: TextIndex;
    let queries: LogQueries;
    /** What has been asked, with the values that it was asked with first. */
    let asked: Map<string, readonly unknown[]>;

    before(async () => {
      const { url } = await sharedPostgres();
      connection = await fillSchema(url, schema, events, statistics);
      const open = () =>
        Connection.open({ connectionString: url }, schema, {
          settings: readerSettings,
          planned: 'each time',
        });
      asked = new Map();
      planner = await open();
      readers = new Readers(async () => {
        const one = await open();
        const query: Connection['query'] = (text, values = []) => {
          if (/^(select|with)/.test(text) && !asked.has(text)) asked.set(text, values);
          return one.query(text, values);
        };
        return { query, lost: false, close: () => one.close() } as unknown as Connection;
      });
      index = new TextIndex(open, schema, 4096);
      await connection.query(`update meta set value = '${(end - 200_000) * 1000}' where key = 'texts'`);
      while ((await index.advance()) === 'some');
      if (statistics === 'current') await connection.query('analyze');
      queries = queriesOn(readers, new Ids(tag), new TextSearch(index));
    });
    beforeEach(() => asked.clear());
    after(async () => {
      await readers.close();
      await index.close();
      await planner.close();
      await connection.query(`drop schema ${schema} cascade`);
      await connection.close();
    });

    /** The plans of all that was asked. @param how as `explain` has it */
    const plans = async (how = ''): Promise<Planned[]> => {
      const planned: Planned[] = [];
      for (const [text, values] of asked) {
        await planner.query('begin');
        if (text.includes('@@')) await planner.query(withBitmaps);
        const [row] = await planner.query(`explain (format json${how}) ${text}`, values);
        await planner.query('rollback');
        const [first] = (row?.['QUERY PLAN'] ?? []) as readonly { readonly Plan: PlanNode }[];
        planned.push({ text, nodes: first ? all(first.Plan) : assert.fail(text) });
      }
      return planned;
    };
    const all = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(all)];
    const readsATable = ({ nodes, text }: Planned) => {
      for (const node of nodes)
        assert.ok(node['Node Type'] !== 'Seq Scan', `${node['Relation Name']} is read as a whole: ${text}`);
    };
    /** Of tables; what is read along an index and left out counts as well. */
    const readsAtMost = (most: number, { nodes, text }: Planned) => {
      const read = nodes
        .filter((node) => node['Relation Name'] !== undefined)
        .map(
          (node) =>
            ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) *
            (node['Actual Loops'] ?? 1),
        );
      const sum = read.reduce((all, one) => all + one, 0);
      assert.ok(sum <= most, `reads ${sum} rows: ${text}`);
    };
    const sorts = ({ nodes, text }: Planned) => {
      for (const node of nodes) assert.doesNotMatch(node['Node Type'], /Sort/, text);
    };

    const window = {
      from: beginning,
      to: end,
      after: [beginning + (events * everyMs) / 2, 100],
      limit: 50,
    } as const;

    const filters: ExecutionFilter[] = [{}];
    for (const [name, value] of [
      ['eventType', 'clients.update'],
      ['handler', 'crm'],
      ['status', ['failed', 'running', 'succeeded']],
      ['objectId', '3'],
      ['code', ['418', 'none']],
      ['kind', 'HTTP 500'],
    ] as const) {
      filters.push(...filters.map((filter) => ({ ...filter, [name]: value })));
    }
    for (const status of [['unresolved'], ['unresolved', 'parked']] as const)
      filters.push(...filters.filter((one) => !one.status).map((one) => ({ ...one, status: [...status] })));

    filters.push(
      { minDurationMs: 5 },
      { minDurationMs: 5, handler: 'crm' },
      { maxDurationMs: 5, code: ['5xx'] },
    );

    it('walks an index for every combination of filters, and sorts nothing', async () => {
      for (const filter of filters) await queries.executions(filter, window);
      assert.ok(asked.size > filters.length / 2);
      for (const plan of await plans()) {
        readsATable(plan);
        sorts(plan);
      }
    });

    it('reads no more of an index than a page needs', async () => {
      const led: ExecutionFilter[] = [
        {},
        { eventType: 'clients.update' },
        { handler: 'crm' },
        { objectId: '3' },
      ];
      for (const filter of led)
        for (const status of [undefined, ['failed', 'succeeded']] as ExecutionFilter['status'][])
          await queries.executions({ ...filter, status }, window);
      await queries.executions({ status: ['unresolved'] }, window);
      await queries.events({}, window);
      await queries.events({ status: ['failed', 'succeeded'] }, window);
      for (const plan of await plans(', analyze')) readsAtMost(51 * 7, plan);
    });

    it('looks up by their keys what is named, the executions of an event, and details', async () => {
      await queries.executions({ eventId: `ev-${tag}-1`, handler: 'crm' }, window);
      await queries.executions({ ids: [`ex-${tag}-2`], handler: 'crm', status: ['failed'] }, window);
      await queries.executions({ eventId: `ev-${tag}-1`, text: 'anna' }, window);
      await queries.events({ ids: [`ev-${tag}-1`], status: ['failed'] }, window);
      await queries.execution(`ex-${tag}-2`);
      await queries.event(`ev-${tag}-1`);
      assert.ok(asked.size >= 8);
      for (const plan of await plans(', analyze')) {
        readsATable(plan);
        readsAtMost(10, plan);
      }
    });

    it('finds words by their index, a slice at a time', async () => {
      const { items } = await queries.executions(
        { text: 'anna', handler: 'crm', status: ['succeeded'] },
        { ...window, after: undefined },
      );
      assert.equal(items.length, 50);
      const found = (await plans(', analyze')).filter(({ text }) => text.includes('@@'));
      assert.equal(found.length, 1);
      for (const plan of found) {
        readsATable(plan);
        const scan = plan.nodes.find((node) => /^texts_\d+_by_word$/.test(node['Index Name'] ?? ''));
        const rows = scan?.['Actual Rows'] ?? 0;
        assert.ok(rows > 0 && rows < 4096, `${rows} rows are found`);
      }
    });

    it('walks an index for every combination of filters of events', async () => {
      for (const status of [undefined, ['failed', 'waiting']] as EventFilter['status'][])
        for (const eventType of [undefined, 'clients.update'])
          for (const objectId of [undefined, '3'])
            await queries.events({ status, eventType, objectId }, window);
      for (const plan of await plans()) {
        readsATable(plan);
        sorts(plan);
      }
    });

    it('reads no table for figures', async () => {
      await queries.counts();
      const hour = { from: end - 3_600_000, to: end, step: 60_000 };
      const health = await queries.health(['dwh'], end - 600_000);
      assert.ok(health['dwh']?.lastError);
      assert.equal((await queries.failureGroups(hour)).items.length, 2);
      await queries.failureGroups({ ...hour, handler: 'dwh', eventType: 'clients.update' });
      const [step] = (await queries.statistics({ from: end - 60_000, to: end, step: 30_000 })).slice(-1);
      assert.ok(Number(step?.succeeded) > 0 && Number(step?.p95) > 0);
      const { from, to } = hour;
      for (const filter of filters.filter((_, n) => n % 5 === 0))
        await queries.histogram({ ...hour, filter: { ...filter, from, to } });
      for (const plan of await plans()) {
        readsATable(plan);
        // Failures of a group are counted in pieces: each is small, and its newest is told.
        if (!plan.text.includes('array_agg')) sorts(plan);
      }
    });

    it('takes a few steps along an index to know how long things have waited', async () => {
      for (const handlers of [[], ['crm', 'mail']])
        await queries.waits({ eventsBefore: end, executionsBefore: end, handlers });
      await queries.failures(beginning, 10);
      assert.ok(asked.size >= 6);
      for (const plan of await plans()) {
        readsATable(plan);
        sorts(plan);
      }
    });

    it('reads no table for what is done with many', async () => {
      assert.equal((await queries.parkedCount({ handler: 'dwh' })).matched, 100);
      assert.ok((await queries.replayCount({ status: ['failed'] }, ['dwh'])).matched > 0);
      await queries.emittableCount({}, null);
      const filter = { handler: 'other', from: end - 60_000 };
      const request = { filter, patterns: ['clients.*'], after: 0, until: null, limit: 100, payloads: true };
      const { chosen } = await queries.missed(request);
      assert.equal(chosen.length, 100);
      await queries.replays();
      for (const plan of await plans(', analyze')) {
        readsATable(plan);
        readsAtMost(5000, plan);
      }
    });
  });
