import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { EventFilter, ExecutionFilter } from '../../../../../src/engine/store/log/filter.ts';
import { positionOf } from '../../../../../src/engine/store/reading/cursor.ts';
import { type OpenQueries, openQueries } from '../../../../../src/engine/store/sqlite/reader/queries.ts';
import { stage } from '../../../../../src/engine/store/stage.ts';
import { beginning, fillJournal, JournalFiller, openJournal } from '../../../../support/filled-journal.ts';
import { journalFolder } from '../../../../support/temporary-folder.ts';

/** What the journal's rows say, without any index. */
const brute = {
  executions: `select seq from executions where object_id = :object and started_at is not null and status > 0
    order by started_at desc, seq desc`,
  events: 'select seq from events where object_id = :object order by accepted_at desc, seq desc',
};

describe('search by object', () => {
  let folder: string;
  let db: DatabaseSync;
  let filler: JournalFiller;
  let open: OpenQueries;

  beforeEach(() => {
    folder = journalFolder('object-search-');
    db = openJournal(folder);
    filler = new JournalFiller(db);
    open = openQueries(folder, 64);
  });
  afterEach(() => {
    open.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  const objectId = '7';
  const said = (list: 'executions' | 'events') =>
    db
      .prepare(brute[list])
      .all({ object: objectId })
      .map(({ seq }) => Number(seq));
  /** All pages of a list. */
  const found = async (list: 'executions' | 'events', filter: object = {}, limit = 7) => {
    const seqs: number[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const after = cursor === undefined ? undefined : positionOf(list, cursor);
      const window = { from: undefined, to: undefined, after, limit };
      const asked = { objectId, ...filter };
      const page =
        list === 'executions'
          ? await open.queries.executions(asked as ExecutionFilter, window)
          : await open.queries.events(asked as EventFilter, window);
      assert.ok(page.items.length <= limit);
      seqs.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
    }
    return seqs;
  };
  const agrees = async () => {
    for (const list of ['executions', 'events'] as const) {
      const seqs = said(list);
      assert.ok(seqs.length > 0);
      assert.deepEqual(await found(list), seqs, list);
    }
  };
  const indexAll = () => {
    while (open.index.advance(1000)) {}
  };
  const addOthers = (count: number, from = 0) => {
    db.exec('begin');
    for (let n = from; n < from + count; n += 1) {
      filler.add({ objectId: String(n % 20), acceptedAt: beginning + n * 10 });
    }
    db.exec('commit');
  };

  it('finds whatever became of an object’s events, newest first, page after page', async () => {
    addOthers(400);
    for (const [n, to] of [stage.failed, stage.unhandled, stage.unclaimed, stage.cancelled].entries()) {
      const executions = to === stage.failed ? [{}, { status: 'failed' as const }] : [];
      filler.add({ objectId, stage: to, acceptedAt: beginning + n * 777, executions });
    }
    indexAll();
    await agrees();
  });

  it('finds what is open, and what has just been settled, although the index does not know it', async () => {
    addOthers(100);
    indexAll();
    // From now on the index stands still.
    open.index.advance = () => undefined;
    const running = [{}, { status: 'running' as const }, { status: 'pending' as const, startedAfter: null }];
    for (const at of [stage.behind, stage.ready, stage.emitted, stage.queued, stage.due, stage.running]) {
      const executions = at === stage.running ? running : [];
      filler.add({ objectId, stage: at, touchedAt: null, acceptedAt: beginning + 500 + at, executions });
    }
    addOthers(100, 100);
    const settled = filler.add({ objectId, acceptedAt: beginning + 3000 });
    filler.addReplay(settled, settled.executions[0] ?? 0, { at: beginning + 4000 });
    await agrees();
  });

  it('goes through the rows while the index is made anew', async () => {
    addOthers(3000);
    open.index.advance = () => undefined;
    assert.equal(open.index.known, undefined);
    await agrees();
  });

  it('tells parked from running, which the index learns of too late', async () => {
    const parked = filler.add({
      objectId,
      stage: stage.parked,
      executions: [{ status: 'parked' }, { status: 'failed', handler: 'mailer' }],
    });
    addOthers(50, 1);
    indexAll();
    db.prepare('update executions set status = 1 where seq = ?').run(parked.executions[0] ?? 0);
    assert.deepEqual(await found('executions', { status: ['running'] }), [parked.executions[0]]);
    assert.deepEqual(await found('executions', { status: ['parked'] }), []);
    assert.deepEqual(await found('executions', { status: ['failed'] }), [parked.executions[1]]);
  });

  it('meets the other conditions, too', async () => {
    fillJournal(db, 3000);
    indexAll();
    const [row] = db
      .prepare('select object_id as id, count(*) as n from executions group by 1 order by n desc limit 1')
      .all();
    const object = String(row?.['id']);
    const seqs = (table: string, where: string) =>
      db
        .prepare(`select seq from ${table} where object_id = ? and ${where} order by seq`)
        .all(object)
        .map(({ seq }) => Number(seq));
    const sorted = async (list: 'executions' | 'events', filter: object) =>
      (await found(list, { ...filter, objectId: object })).sort((a, b) => a - b);
    assert.deepEqual(
      await sorted('executions', { handler: 'crm', status: ['succeeded'] }),
      seqs('executions', "handler_id = 'crm' and status = 3"),
    );
    assert.deepEqual(
      await sorted('executions', { eventType: 'clients.update' }),
      seqs('executions', "event_type = 'clients.update'"),
    );
    assert.deepEqual(
      await sorted('events', { eventType: 'clients.update', status: ['succeeded', 'waiting'] }),
      seqs('events', "event_type = 'clients.update' and stage = 7"),
    );
  });

  it('finds no more of what has been pruned', async () => {
    addOthers(200);
    indexAll();
    db.exec('delete from executions where event_seq <= 150; delete from events where seq <= 150');
    await agrees();
  });
});
