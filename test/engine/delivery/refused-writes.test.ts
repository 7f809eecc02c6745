import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { aHandler, anEnvelope, EngineBench, outage } from '../../support/engine-bench.ts';

// A trigger stands for whatever SQLite refuses to keep of one row, while the disk and all other rows are fine.
describe('what the journal refuses to keep', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
    // Each row is written as it changes, whatever becomes of its event.
    bench.drafts = false;
  });
  afterEach(() => bench.end());

  function refuse(table: string, when: string, what: 'update' | 'insert' = 'update'): void {
    const db = new DatabaseSync(join(bench.folder, 'journal.sqlite'), { timeout: 5000 });
    db.exec(
      `create trigger refusal before ${what} on ${table} when ${when} begin select raise(abort, 'out of ink'); end`,
    );
    db.close();
  }
  const statuses = () =>
    bench
      .select<{ status: number; handler: string; event: number }>(
        'select status, handler_id as handler, event_seq as event from executions order by seq',
      )
      .map(
        ({ status, handler, event }) =>
          `${handler}:${event} ${['pending', 'running', 'parked', 'succeeded', 'failed', 'skipped', 'cancelled'][status]}`,
      );
  const errors = () =>
    bench
      .select<{ error: string }>('select error from executions where status = 4')
      .map(({ error }) => error);
  const stages = () =>
    bench.select<{ stage: number }>('select stage from events order by seq').map(({ stage }) => stage);
  const [running, parkedCode, succeeded] = [1, 2, 3];

  it('of a call’s outcome ends in a failure that says so; the chain and others go on', async () => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
    refuse('executions', `new.status = ${succeeded} and new.handler_id = 'a' and new.object_id = '1'`);
    await bench.accept(anEnvelope(1), anEnvelope(2), anEnvelope(1));
    assert.deepEqual(statuses(), [
      'a:1 failed',
      'b:1 succeeded',
      'a:2 succeeded',
      'b:2 succeeded',
      'a:3 failed',
      'b:3 succeeded',
    ]);
    assert.match(errors()[0] ?? '', /was called, but what came of it could not be kept: .*out of ink/);
    assert.deepEqual(bench.passes.map(({ status, executions }) => [status, executions.length]).sort(), [
      ['failed', 2],
      ['failed', 2],
      ['succeeded', 2],
    ]);
    assert.ok(bench.logged.some((line) => line.includes('out of ink')));
    assert.ok(bench.rows.some(({ status, error }) => status === 'failed' && error?.includes('out of ink')));
    assert.equal(bench.called.length, 6);
  });

  it('of what was to follow does not take along what has happened', async () => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20 }), aHandler('c', { priority: 30 })]);
    refuse('executions', `new.status = ${running} and new.handler_id = 'b'`);
    await bench.accept(anEnvelope(1));
    assert.deepEqual(statuses(), ['a:1 succeeded', 'b:1 failed', 'c:1 succeeded']);
    assert.match(errors()[0] ?? '', /could not keep that it begins: out of ink/);
    assert.deepEqual([bench.called, bench.passes[0]?.status], [['a:1', 'c:1'], 'failed']);
  });

  it('of a retry’s outcome ends in a failure, and frees the handler’s slot', async () => {
    await bench.start([aHandler('a', { retryDelays: [5], concurrency: 1 })]);
    bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
    await bench.accept(anEnvelope(1));
    refuse('executions', `new.status = ${succeeded} and new.object_id = '1'`);
    await bench.advance(5000);
    assert.deepEqual(statuses(), ['a:1 failed']);
    await bench.accept(anEnvelope(2));
    await bench.advance(5000);
    assert.deepEqual(statuses(), ['a:1 failed', 'a:2 succeeded']);
  });

  it('of a retry’s start ends in a failure, without a call, and is not asked for again', async () => {
    await bench.start([aHandler('a', { retryDelays: [5] })]);
    bench.behaviours.set('a', ({ attempt }) => (attempt === 1 ? outage : {}));
    await bench.accept(anEnvelope(1), anEnvelope(2));
    refuse('executions', `old.status = ${parkedCode} and new.status = ${running} and new.object_id = '1'`);
    await bench.advance(60_000);
    assert.deepEqual(statuses(), ['a:1 failed', 'a:2 succeeded']);
    assert.deepEqual(bench.called, ['a:1', 'a:2', 'a:2']);
  });

  it('at all of an execution ends its event, for all to see', async () => {
    await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
    refuse('executions', `new.handler_id = 'a' and new.object_id = '1'`);
    await bench.accept(anEnvelope(1), anEnvelope(2));
    const [failed] = bench.passes.filter(({ objectId }) => objectId === '1');
    assert.deepEqual([stages(), failed?.status], [[8, 7], 'failed']);
    await bench.advance(60_000);
    assert.deepEqual(bench.called, ['a:1', 'a:2', 'b:2']);
    await bench.accept(anEnvelope(1));
    assert.deepEqual(bench.called.slice(3), ['b:3']);
  });

  it('is not tried again each second', async () => {
    await bench.start([aHandler('a')]);
    refuse('executions', `new.status in (${succeeded}, 4) and new.object_id = '1'`);
    refuse2();
    await bench.accept(anEnvelope(1));
    const logged = bench.logged.length;
    await bench.advance(600_000);
    assert.equal(bench.logged.length, logged);

    function refuse2(): void {
      const db = new DatabaseSync(join(bench.folder, 'journal.sqlite'), { timeout: 5000 });
      db.exec(
        `create trigger refusal2 before update on events when new.stage > 5 and new.object_id = '1'
         begin select raise(abort, 'out of paper'); end`,
      );
      db.close();
    }
  });

  describe('of an event that has been a draft', () => {
    beforeEach(async () => {
      bench.drafts = true;
      await bench.start([aHandler('a'), aHandler('b', { priority: 20 })]);
    });

    it('is an execution that has failed, and an event; all else is kept', async () => {
      refuse(
        'executions',
        `new.status = ${succeeded} and new.handler_id = 'a' and new.object_id = '1'`,
        'insert',
      );
      await bench.accept(anEnvelope(1), anEnvelope(2));
      for (const look of ['as a crash leaves it', 'written by itself']) {
        assert.deepEqual(statuses(), ['a:1 failed', 'b:1 succeeded', 'a:2 succeeded', 'b:2 succeeded'], look);
        assert.match(errors()[0] ?? '', /was called, but what came of it could not be kept: .*out of ink/);
        assert.deepEqual(stages(), [8, 7]);
        await bench.written();
      }
      await bench.accept(anEnvelope(1));
      await bench.written();
      assert.deepEqual([statuses().length, bench.called.slice(4)], [6, ['a:3', 'b:3']]);
    });

    it('is an event without an execution that can not be kept at all', async () => {
      refuse('executions', `new.handler_id = 'a' and new.object_id = '1'`, 'insert');
      await bench.accept(anEnvelope(1), anEnvelope(2));
      for (const look of ['as a crash leaves it', 'written by itself']) {
        assert.deepEqual(statuses(), ['b:1 succeeded', 'a:2 succeeded', 'b:2 succeeded'], look);
        assert.deepEqual(stages(), [8, 7]);
        await bench.written();
      }
    });

    it('stays a draft where there can be no row of the event; others are written', async () => {
      refuse('events', `new.object_id = '1'`, 'insert');
      await bench.accept(anEnvelope(1), anEnvelope(2));
      await bench.written();
      assert.deepEqual(
        bench.passes.map(({ status }) => status),
        ['succeeded', 'succeeded'],
      );
      const rows = bench.stored<{ seq: number; stage: number }>('select seq, stage from events');
      assert.deepEqual(
        rows.map(({ seq, stage }) => [seq, stage]),
        [[2, 7]],
      );
    });
  });

  it('of a circuit that an operator closes is told to him; it is closed all the same', async () => {
    await bench.start([aHandler('a')]);
    bench.behaviours.set('a', () => ({ ok: false, code: 410, error: 'HTTP 410 Gone', gone: true }));
    await bench.accept(anEnvelope(1));
    const db = new DatabaseSync(join(bench.folder, 'journal.sqlite'), { timeout: 5000 });
    db.exec("create trigger kept before delete on circuits begin select raise(abort, 'out of ink'); end");
    db.close();
    const operator = await bench.engine.operator();
    await assert.rejects(operator.closeCircuit('a'), {
      name: 'Unavailable',
      message: /the circuit is closed, but that could not be saved: .*out of ink/,
    });
    assert.equal(bench.engine.circuitOf('a').state, 'closed');
  });
});
