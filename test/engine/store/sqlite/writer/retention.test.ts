import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Prune } from '../../../../../src/engine/store/journal.ts';
import { retentionOn } from '../../../../../src/engine/store/sqlite/writer/retention.ts';
import { stage } from '../../../../../src/engine/store/stage.ts';
import { beginning, JournalFiller, openJournal } from '../../../../support/filled-journal.ts';
import { journalFolder } from '../../../../support/temporary-folder.ts';

const keepAll: Prune = { settledBefore: null, keepSettled: null, keysBefore: 0, forMs: 1000 };

describe('retention', () => {
  let folder: string;
  let db: DatabaseSync;
  let filler: JournalFiller;
  let retention: ReturnType<typeof retentionOn>;
  let clock: () => number;

  beforeEach(() => {
    folder = journalFolder('retention-');
    db = openJournal(folder);
    filler = new JournalFiller(db);
    clock = () => performance.now();
    retention = retentionOn(db, () => clock());
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
  const prune = (request: Prune) => {
    const { pruned, more } = retention.prune(request);
    return { pruned, more };
  };
  const pruneAll = (request: Prune) => {
    let pruned = 0;
    let steps = 0;
    for (let more = true; more; steps += 1) {
      const step = retention.prune(request);
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
    assert.deepEqual(prune({ ...keepAll, settledBefore: beginning + 5000 }), { pruned: 1, more: false });
    assert.deepEqual(seqs('events'), [2]);
    assert.deepEqual(seqs('executions'), [4]);
    assert.equal(count('attempts'), 1);
  });

  it('forgets with executions who has asked for them, and for no others', () => {
    const made = filler.add({ touchedAt: beginning, executions: [{ status: 'failed' }, {}] });
    filler.add({ touchedAt: beginning + 5000 });
    for (const seq of [...made.executions, 3])
      db.prepare("insert into askers(execution_seq, by) values(?, 'anna')").run(seq);
    prune({ ...keepAll, settledBefore: beginning + 5000 });
    const left = db.prepare('select execution_seq as seq from askers').all();
    assert.deepEqual(
      left.map(({ seq }) => seq),
      seqs('executions'),
    );
    assert.equal(left.length, 1);
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
    assert.equal(prune({ ...keepAll, settledBefore: beginning + 1_000_000, keepSettled: 0 }).pruned, 5);
    assert.deepEqual(seqs('events'), open);
  });

  it('goes by the last touch, not by age', () => {
    const made = filler.add({ touchedAt: beginning, stage: stage.parked });
    filler.add({ touchedAt: beginning + 1000 });
    filler.settle(made, 1, { status: 'succeeded', at: beginning + 60_000 });
    prune({ ...keepAll, settledBefore: beginning + 30_000 });
    assert.deepEqual(seqs('events'), [1]);
  });

  it('keeps so many settled events at most: those touched last', () => {
    for (let n = 0; n < 5; n += 1) filler.add({ stage: stage.parked, touchedAt: beginning });
    addSettled(20);
    filler.add({ stage: stage.ready, touchedAt: null });
    assert.deepEqual(pruneAll({ ...keepAll, keepSettled: 8 }).pruned, 12);
    assert.deepEqual(seqs('events'), [1, 2, 3, 4, 5, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
    assert.deepEqual(prune({ ...keepAll, keepSettled: 8 }), { pruned: 0, more: false });
    addSettled(1);
    assert.equal(pruneAll({ ...keepAll, keepSettled: 8 }).pruned, 1);
  });

  it('ends a step when its time is over, and tells how far behind it is', () => {
    addSettled(300);
    let now = 0;
    // Each look at the clock finds a ms gone.
    clock = () => now++;
    const request = { ...keepAll, settledBefore: beginning + 291_000, keepSettled: 3, forMs: 4 };
    const first = retention.prune(request);
    assert.ok(first.pruned > 0 && first.pruned < 100, `${first.pruned} pruned`);
    // Those by age; what else is too many is counted once there is time.
    assert.ok(first.behind >= 290 - first.pruned, `${first.behind} behind`);
    assert.equal(first.more, true);
    assert.ok(first.ms >= 4 && first.ms < 10, `${first.ms} ms`);
    const { pruned, steps } = pruneAll(request);
    assert.equal(first.pruned + pruned, 297);
    assert.ok(steps > 1 && steps < 10, `${steps} steps`);
    assert.deepEqual(seqs('events'), [298, 299, 300]);
    const { ms: _, ...last } = retention.prune(request);
    assert.deepEqual(last, { pruned: 0, behind: 0, more: false });
  });

  it('gets on with each step, however little time it has', () => {
    addSettled(100);
    const request = { ...keepAll, keepSettled: 0, forMs: 0 };
    assert.equal(pruneAll(request).pruned, 100);
  });

  it('keeps everything when no bound is set', () => {
    addSettled(10);
    assert.deepEqual(prune(keepAll), { pruned: 0, more: false });
    assert.equal(count('events'), 10);
  });

  it('counts a large journal over several steps, and what is settled meanwhile too', () => {
    db.exec(`insert into events(event_type, object_id, object_key, stage, turn, accepted_at, touched_at, payload)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 120000)
      select 'clients.create', '1', 'clients:1', ${stage.succeeded}, i, ${beginning} + i, (${beginning} + i) * 1000, '{}' from n`);
    const request = { ...keepAll, keepSettled: 119_700, forMs: 0 };
    assert.deepEqual(prune(request), { pruned: 0, more: true });
    filler = new JournalFiller(db);
    addSettled(50);
    assert.equal(pruneAll(request).pruned, 350);
    assert.equal(count('events'), 119_700);
  });

  it('counts once what is settled, replayed and settled again', () => {
    addSettled(20);
    const made = { seq: 3, executions: [3] };
    const request = { ...keepAll, keepSettled: 18 };
    assert.equal(pruneAll(request).pruned, 2);
    for (let time = 1; time <= 5; time += 1) {
      db.prepare('update events set stage = ? where seq = ?').run(stage.due, made.seq);
      assert.equal(pruneAll(request).pruned, 0);
      filler.settle(made, 3, { status: 'succeeded', at: beginning + 60_000 * time });
      assert.equal(pruneAll(request).pruned, 0);
    }
    db.prepare('update events set stage = ? where seq = ?').run(stage.due, made.seq);
    addSettled(1);
    assert.equal(pruneAll(request).pruned, 0);
    filler.settle(made, 3, { status: 'succeeded', at: beginning + 600_000 });
    assert.equal(pruneAll(request).pruned, 1);
    assert.equal(count('events'), 18);
  });

  it('prunes idempotency keys by their age only', () => {
    addSettled(1);
    const insert = db.prepare(
      "insert into idempotency_keys(key, hash, first_seq, events, at) values(?, '', 1, 1, ?)",
    );
    for (let n = 0; n < 10; n += 1) insert.run(`key-${n}`, beginning + n);
    assert.deepEqual(prune({ ...keepAll, settledBefore: beginning * 2, keysBefore: beginning + 3 }), {
      pruned: 1,
      more: false,
    });
    assert.equal(count('idempotency_keys'), 7);
    for (let n = 10; n < 40; n += 1) insert.run(`key-${n}`, beginning + n);
    const { behind, more } = retention.prune({ ...keepAll, keysBefore: beginning + 39, forMs: 0 });
    assert.deepEqual({ behind, more }, { behind: 36 - 16, more: true });
    pruneAll({ ...keepAll, keysBefore: beginning + 39, forMs: 0 });
    assert.equal(count('idempotency_keys'), 1);
  });

  it('leaves the transaction to its caller', () => {
    addSettled(5);
    db.exec('begin');
    assert.equal(prune({ ...keepAll, keepSettled: 0 }).pruned, 5);
    db.exec('rollback');
    assert.equal(count('events'), 5);
    assert.equal(pruneAll({ ...keepAll, keepSettled: 0 }).pruned, 5);
  });
});
