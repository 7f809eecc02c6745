import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Prune } from '../../../src/engine/journal/journal.ts';
import { prune } from '../../../src/engine/journal/retention.ts';
import { stage } from '../../../src/engine/journal/stage.ts';
import { beginning, JournalFiller, openJournal } from '../../support/filled-journal.ts';

const keepAll: Prune = { settledBefore: null, keepSettled: null, keysBefore: 0, limit: 100 };

describe('retention', () => {
  let folder: string;
  let db: DatabaseSync;
  let filler: JournalFiller;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retention-'));
    db = openJournal(folder);
    filler = new JournalFiller(db);
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  const seqs = (table: 'events' | 'executions') =>
    db
      .prepare(`select seq from ${table} order by seq`)
      .all()
      .map(({ seq }) => seq);
  const count = (table: 'attempts' | 'idempotency_keys' | 'executions' | 'events') =>
    Number(db.prepare(`select count(*) as n from ${table}`).get()?.['n']);
  /** Settled events, the n-th touched n seconds after the beginning. */
  const addSettled = (events: number) => {
    for (let n = 1; n <= events; n += 1) filler.add({ touchedAt: beginning + n * 1000 });
  };
  const pruneAll = (request: Prune) => {
    let pruned = 0;
    let steps = 0;
    for (let more = true; more; steps += 1) {
      const step = prune(db, request);
      assert.ok(step.pruned <= request.limit);
      pruned += step.pruned;
      more = step.more;
    }
    return { pruned, steps };
  };

  it('prunes settled events that were last touched before a moment, with their executions and attempts', () => {
    const made = filler.add({
      touchedAt: beginning,
      executions: [{ attempts: 3 }, { handler: 'mailer', status: 'failed' }],
    });
    filler.addReplay(made, 2, { at: beginning, attempts: 2 });
    filler.add({ touchedAt: beginning + 5000, executions: [{ attempts: 2 }] });
    assert.deepEqual(prune(db, { ...keepAll, settledBefore: beginning + 5000 }), { pruned: 1, more: false });
    assert.deepEqual(seqs('events'), [2]);
    assert.deepEqual(seqs('executions'), [4]);
    assert.equal(count('attempts'), 1);
  });

  it('counts as settled what nobody took or nobody handles, and leaves alone what waits, runs or is parked', () => {
    const old = { touchedAt: beginning };
    for (const at of [stage.behind, stage.ready, stage.emitted, stage.queued, stage.due, stage.running]) {
      filler.add({ stage: at, touchedAt: null });
      // Replayed: it was settled before.
      filler.add({ ...old, stage: at });
    }
    filler.add({ ...old, stage: stage.parked });
    const open = seqs('events');
    for (const at of [stage.succeeded, stage.failed, stage.unhandled, stage.unclaimed, stage.cancelled]) {
      filler.add({ ...old, stage: at });
    }
    assert.equal(prune(db, { ...keepAll, settledBefore: beginning + 1_000_000, keepSettled: 0 }).pruned, 5);
    assert.deepEqual(seqs('events'), open);
  });

  it('goes by the last touch, not by age', () => {
    const made = filler.add({ touchedAt: beginning, stage: stage.parked });
    filler.add({ touchedAt: beginning + 1000 });
    filler.settle(made, 1, { status: 'succeeded', at: beginning + 60_000 });
    prune(db, { ...keepAll, settledBefore: beginning + 30_000 });
    assert.deepEqual(seqs('events'), [1]);
  });

  it('keeps so many settled events at most: those touched last', () => {
    for (let n = 0; n < 5; n += 1) filler.add({ stage: stage.parked, touchedAt: beginning });
    addSettled(20);
    filler.add({ stage: stage.ready, touchedAt: null });
    assert.deepEqual(pruneAll({ ...keepAll, keepSettled: 8 }).pruned, 12);
    assert.deepEqual(seqs('events'), [1, 2, 3, 4, 5, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
    assert.deepEqual(prune(db, { ...keepAll, keepSettled: 8 }), { pruned: 0, more: false });
    addSettled(1);
    assert.equal(pruneAll({ ...keepAll, keepSettled: 8 }).pruned, 1);
  });

  it('works in small steps and tells whether there is more', () => {
    addSettled(25);
    const request = { ...keepAll, settledBefore: beginning + 16_000, keepSettled: 3, limit: 4 };
    const { pruned, steps } = pruneAll(request);
    assert.equal(pruned, 22);
    assert.ok(steps >= 6 && steps <= 8, `${steps} steps`);
    assert.deepEqual(seqs('events'), [23, 24, 25]);
  });

  it('keeps everything when no bound is set', () => {
    addSettled(10);
    assert.deepEqual(prune(db, keepAll), { pruned: 0, more: false });
    assert.equal(count('events'), 10);
  });

  it('counts a large journal over several steps, and what is settled meanwhile too', () => {
    db.exec(`insert into events(event_type, object_id, object_key, stage, turn, accepted_at, touched_at, payload)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 120000)
      select 'clients.create', '1', 'clients:1', ${stage.succeeded}, i, ${beginning} + i, (${beginning} + i) * 1000, '{}' from n`);
    const request = { ...keepAll, keepSettled: 119_700, limit: 1000 };
    assert.deepEqual(prune(db, request), { pruned: 0, more: true });
    filler = new JournalFiller(db);
    addSettled(50);
    assert.equal(pruneAll(request).pruned, 350);
    assert.equal(count('events'), 119_700);
  });

  it('prunes idempotency keys by their age only', () => {
    addSettled(1);
    const insert = db.prepare(
      "insert into idempotency_keys(key, hash, first_seq, events, at) values(?, '', 1, 1, ?)",
    );
    for (let n = 0; n < 10; n += 1) insert.run(`key-${n}`, beginning + n);
    assert.deepEqual(prune(db, { ...keepAll, settledBefore: beginning * 2, keysBefore: beginning + 3 }), {
      pruned: 1,
      more: false,
    });
    assert.equal(count('idempotency_keys'), 7);
    assert.deepEqual(prune(db, { ...keepAll, keysBefore: beginning + 9, limit: 4 }), {
      pruned: 0,
      more: true,
    });
    assert.equal(count('idempotency_keys'), 3);
  });

  it('leaves the transaction to its caller', () => {
    addSettled(5);
    db.exec('begin');
    assert.equal(prune(db, { ...keepAll, keepSettled: 0 }).pruned, 5);
    db.exec('rollback');
    assert.equal(count('events'), 5);
    assert.equal(pruneAll({ ...keepAll, keepSettled: 0 }).pruned, 5);
  });
});
