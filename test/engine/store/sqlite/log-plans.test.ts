import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EventFilter, ExecutionFilter } from '../../../../src/engine/store/log/filter.ts';
import { groupFailures } from '../../../../src/engine/store/sqlite/failure-groups.ts';
import { eventQueriesOn } from '../../../../src/engine/store/sqlite/reader/event-queries.ts';
import {
  type ExecutionQueries,
  executionQueriesOn,
} from '../../../../src/engine/store/sqlite/reader/execution-queries.ts';
import { failureGroupsOn } from '../../../../src/engine/store/sqlite/reader/failure-groups.ts';
import { figuresOn } from '../../../../src/engine/store/sqlite/reader/figures.ts';
import { histogramOn } from '../../../../src/engine/store/sqlite/reader/histogram.ts';
import {
  type IndexedSearch,
  indexedSearchOn,
} from '../../../../src/engine/store/sqlite/reader/indexed-search.ts';
import { waitsOn } from '../../../../src/engine/store/sqlite/reader/waits.ts';
import { TextIndex } from '../../../../src/engine/store/sqlite/search/text-index.ts';
import { Statements } from '../../../../src/engine/store/sqlite/statements.ts';
import { Ids } from '../../../../src/engine/words/ids.ts';
import { beginning, fillJournal, openJournal, tag } from '../../../support/filled-journal.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';

/** Remembers what has been asked, so that its plan can be looked at. */
class Recorded extends Statements {
  readonly asked = new Set<string>();
  override of(sql: string): StatementSync {
    this.asked.add(sql);
    return super.of(sql);
  }
}

describe('execution log, by index', () => {
  let folder: string;
  let db: DatabaseSync;
  let index: TextIndex;
  let statements: Recorded;
  let search: IndexedSearch;
  let executions: ExecutionQueries;

  before(() => {
    folder = journalFolder('log-');
    db = openJournal(folder);
    fillJournal(db, 500);
    index = new TextIndex(folder, tag, db);
  });
  beforeEach(() => {
    statements = new Recorded(db);
    search = indexedSearchOn(statements, index);
    executions = executionQueriesOn(statements, new Ids(tag), search);
  });
  after(() => {
    index.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  /** The lines of the plans of all that was asked. */
  const plans = () =>
    [...statements.asked].flatMap((sql) =>
      db
        .prepare(`explain query plan ${sql}`)
        .all()
        .map((step) => ({ step: String(step['detail']), sql })),
    );
  const window = {
    from: beginning,
    to: beginning + 3_600_000,
    after: [beginning + 1_800_000, 100],
    limit: 50,
  } as const;
  const readsAWholeTable = /SCAN (executions|events|attempts)(?! USING (COVERING )?INDEX)/;

  const filters: ExecutionFilter[] = [{}];
  for (const [name, value] of [
    ['eventType', 'clients.update'],
    ['handler', 'crm'],
    ['status', ['failed', 'running']],
    ['objectId', '3'],
    ['code', ['418', 'none']],
    ['minDurationMs', 5],
    ['kind', 'HTTP 500'],
  ] as const) {
    filters.push(...filters.map((filter) => ({ ...filter, [name]: value })));
  }
  for (const status of [['unresolved'], ['unresolved', 'parked']] as const)
    filters.push(...filters.filter((one) => !one.status).map((one) => ({ ...one, status: [...status] })));

  it('walks an index for every combination of filters, and sorts nothing', async () => {
    for (const filter of filters) await executions.page(filter, window);
    assert.ok(statements.asked.size > filters.length / 2);
    for (const { step, sql } of plans()) {
      assert.doesNotMatch(step, readsAWholeTable, sql);
      assert.doesNotMatch(step, /TEMP B-TREE/, sql);
    }
  });

  it('walks an index for an object, too, while the text index is made anew', async () => {
    const anew = new TextIndex(mkdtempSync(join(folder, 'anew-')), tag, db);
    anew.advance = () => undefined;
    const withoutIndex = indexedSearchOn(statements, anew);
    try {
      const ids = new Ids(tag);
      const inRows = executionQueriesOn(statements, ids, withoutIndex);
      for (const filter of filters) await inRows.page({ ...filter, objectId: '3' }, window);
      await eventQueriesOn(statements, ids, withoutIndex).page({ objectId: '3', status: ['failed'] }, window);
      assert.ok(statements.asked.size > 8);
      for (const { step, sql } of plans()) {
        assert.doesNotMatch(step, readsAWholeTable, sql);
        assert.doesNotMatch(step, /TEMP B-TREE/, sql);
      }
    } finally {
      anew.close();
    }
  });

  it('reads no table from one end to the other for the executions of an event, those named, a search by text or details', async () => {
    await executions.page({ eventId: `ev-${tag}-1`, handler: 'crm' }, window);
    const [ids, from] = [[`ex-${tag}-1`], beginning];
    await executions.page({ ids, handler: 'crm', status: ['failed'] }, { ...window, from });
    const events = eventQueriesOn(statements, new Ids(tag), search);
    await events.page({ ids: [`ev-${tag}-1`], status: ['failed'] }, window);
    await executions.page(
      { text: 'anna', handler: 'crm', status: ['succeeded'] },
      { ...window, after: undefined },
    );
    for (const { step, sql } of plans().filter(({ sql }) => sql.includes('json_each')))
      if (/(executions|events)\b/.test(step)) assert.match(step, /USING INTEGER PRIMARY KEY/, sql);
    executions.details(`ex-${tag}-1`);
    executions.ofEvent(1);
    for (const { step, sql } of plans()) assert.doesNotMatch(step, readsAWholeTable, sql);
  });

  it('walks an index for every combination of filters of events', async () => {
    const events = eventQueriesOn(statements, new Ids(tag), search);
    for (const status of [undefined, ['failed', 'waiting']] as EventFilter['status'][])
      for (const eventType of [undefined, 'clients.update'])
        for (const objectId of [undefined, '3']) await events.page({ status, eventType, objectId }, window);
    for (const { step, sql } of plans()) {
      assert.doesNotMatch(step, readsAWholeTable, sql);
      assert.doesNotMatch(step, /TEMP B-TREE/, sql);
    }
  });

  it('reads no table for figures', async () => {
    const figures = figuresOn(statements);
    figures.counts();
    figures.health(['crm'], beginning);
    figures.handlerNumbers();
    groupFailures(db);
    const groups = failureGroupsOn(statements);
    const hour = { from: beginning, to: beginning + 3_600_000, step: 60_000 };
    assert.ok((await groups(hour)).items.length > 0);
    await groups({ ...hour, handler: 'crm', eventType: 'clients.update' });
    await figures.statistics({ from: beginning, to: beginning + 60_000, step: 30_000 });
    const { from, to } = hour;
    for (const filter of filters)
      await histogramOn(statements, executions)({ ...hour, filter: { ...filter, from, to } });
    for (const { step, sql } of plans()) {
      assert.doesNotMatch(step, readsAWholeTable, sql);
      // A sort would read all of an hour before the newest are known.
      assert.doesNotMatch(step, /TEMP B-TREE/, sql);
    }
  });

  it('takes a few steps along an index to know how long things have waited', () => {
    const { waits, oldest, failures } = waitsOn(statements);
    oldest();
    for (const handlers of [[], ['crm', 'mail']])
      waits({ eventsBefore: beginning, executionsBefore: beginning, handlers });
    failures(beginning, 10);
    assert.ok(statements.asked.size >= 6);
    for (const { step, sql } of plans()) {
      assert.doesNotMatch(step, /^SCAN (executions|events)/, sql);
      assert.doesNotMatch(step, /TEMP B-TREE/, sql);
    }
  });
});
