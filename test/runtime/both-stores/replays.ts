import assert from 'node:assert/strict';
import type { ReplayRow } from '../../../src/engine/store/log/bulk.ts';
import type { EventDetails, ExecutionDetails } from '../../../src/engine/words/admin-answers.ts';
import { answers } from '../../support/misbehaving-server.ts';
import { main, type Site } from './site.ts';

interface Begun {
  readonly matched: number;
  readonly replaying: number;
  readonly upTo?: string;
}

/** What operators do with events and executions: done at one, shown by all, with the name of who did it. */
export function replaysOf(site: () => Site): void {
  /** Events that have failed at a handler, which is well by then. */
  async function failed(
    handler: string,
    type: string,
    objects: readonly (number | string)[],
  ): Promise<string[]> {
    site().receivers.answer(handler, answers(400));
    const ids = await site().emitEach(type, objects);
    for (const id of ids) await site().event(id, 'failed');
    site().receivers.answer(handler, answers(200));
    return ids;
  }

  const newestReplay = (what: string, is: (row: ReplayRow) => boolean) =>
    site()
      .agreed<{ items: ReplayRow[] }>(what, `${main}/replays`, ({ items }) => items.slice(0, 1).some(is))
      .then(({ items }) => items[0] as ReplayRow);

  it('replays one execution, with a row of its own that names who asked', async () => {
    const [event] = await failed('replayed', 'replay.one', [1]);
    const [row] = (await site().event(String(event), 'failed')).executions;
    const replay = () =>
      site().next().post<{ id: string }>(`${main}/executions/${row?.id}/replay`, {}, 'writer');
    const { status, body } = await replay();
    assert.equal(status, 202);
    const [before, after] = (await site().event(String(event), 'succeeded')).executions;
    assert.deepEqual(
      [before?.status, before?.replayedAs, after?.id, after?.replayOf],
      ['failed', { id: body.id, status: 'succeeded' }, body.id, row?.id],
    );
    assert.equal((await site().same<ExecutionDetails>(`${main}/executions/${body.id}`)).by, 'writer');
    assert.equal((await replay()).status, 409, 'it has been replaced');
  });

  it('lets a replay join the end of its object’s queue', async () => {
    const [first] = await failed('replayed', 'replay.queue', ['same']);
    const answered = Promise.withResolvers<void>();
    site().receivers.answer('replayed', (exchange) => {
      site().receivers.answer('replayed', answers(200));
      void answered.promise.then(() => answers(200)(exchange));
    });
    const second = await site().emit('replay.queue', 'same');
    await site().event(second, 'running');
    assert.equal((await site().next().post(`${main}/events/${first}/replay`)).status, 202);
    const { executions } = await site().same<EventDetails>(`${main}/events/${first}`);
    assert.deepEqual(
      executions.map(({ status, replayedAs }) => [status, replayedAs?.status]),
      [['failed', 'pending']],
    );
    answered.resolve();
    await site().event(String(first), 'succeeded');
    const called = site()
      .receivers.calls('replayed')
      .map(({ headers }) => headers['webhook-id'])
      .slice(-3);
    assert.deepEqual(called, [`${first}_replayed`, `${second}_replayed`, `${first}_replayed`]);
  });

  it('replays what matches a filter: counted at one, begun at another, its progress shown by all', async () => {
    const ids = await failed('bulk', 'bulk.all', [1, 2, 3, 4, 5, 6]);
    const filter = { handler: 'bulk', eventType: 'bulk.all', status: 'failed' };
    const dry = await site().next().post<Begun>(`${main}/replay`, { filter, dryRun: true });
    const byStatus = { failed: 6, skipped: 0, cancelled: 0, succeeded: 0 };
    const { upTo, ...counted } = dry.body;
    assert.deepEqual([dry.status, counted], [202, { matched: 6, replaying: 0, byStatus }]);
    const [later] = await failed('bulk', 'bulk.all', [7]);
    const begun = await site().next().post<Begun>(`${main}/replay`, { filter, upTo }, 'writer');
    assert.deepEqual([begun.status, begun.body], [202, { matched: 6, replaying: 6 }]);
    const { id, startedAt, endedAt, ...row } = await newestReplay(
      'it is done',
      ({ status }) => status === 'done',
    );
    assert.deepEqual(row, {
      kind: 'executions',
      filter: { handler: 'bulk', eventType: 'bulk.all', status: ['failed'] },
      status: 'done',
      matched: 6,
      looked: 6,
      replayed: 6,
      ratePerSecond: 0,
      by: 'writer',
    });
    for (const event of ids) {
      const { executions } = await site().event(event, 'succeeded');
      const details = await site().same<ExecutionDetails>(`${main}/executions/${executions[1]?.id}`);
      assert.equal(details.by, 'writer');
    }
    await site().event(String(later), 'failed');
    const again = site().receivers.calls('bulk').slice(-6);
    assert.deepEqual(
      again.map(({ headers }) => String(headers['webhook-id'])),
      ids.map((event) => `${event}_bulk`),
      'in the original order',
    );
  });

  it('shows how far a slow replay is, stops it from elsewhere, and lets the next one go', async () => {
    const slow = await failed('bulk', 'bulk.slow', [1, 2, 3]);
    const runner = site().next();
    const begin = (objectId: string, ratePerSecond: number) =>
      runner.post<Begun>(`${main}/replay`, {
        filter: { handler: 'bulk', eventType: 'bulk.slow', ...(objectId && { objectId }) },
        ratePerSecond,
      });
    assert.equal((await begin('', 0.001)).body.replaying, 3);
    const { id } = await newestReplay('one has gone', ({ status, replayed }) => {
      return status === 'running' && replayed === 1;
    });
    await site().event(String(slow[0]), 'succeeded');
    assert.equal((await site().next().post(`${main}/replays/${id}/cancel`)).status, 202);
    const stopped = await newestReplay('it is stopped', ({ status }) => status === 'cancelled');
    assert.deepEqual([stopped.id, stopped.replayed], [id, 1]);
    for (const member of site().members)
      assert.equal((await member.post(`${main}/replays/${id}/cancel`)).status, 409);
    assert.equal((await begin('3', 0)).body.replaying, 1);
    await site().event(String(slow[2]), 'succeeded');
    await site().event(String(slow[1]), 'failed');
  });

  it('emits what nobody listened to again, all that match, once somebody does', async () => {
    const heard = (status: string) =>
      site()
        .next()
        .patch(`${main}/handlers/listens_later`, { status })
        .then((answer) => answer.status);
    assert.equal(await heard('disabled'), 200);
    await site().agreed<{ items: { id: string }[] }>(
      'it is disabled everywhere',
      `${main}/handlers?status=disabled`,
      ({ items }) => items.length === 1,
    );
    const ids = await site().emitEach('unheard.of', [1, 2, 3]);
    for (const id of ids) await site().event(id, 'unhandled');
    assert.equal(await heard('enabled'), 200);
    await site().agreed<{ items: { id: string }[] }>(
      'it is enabled everywhere',
      `${main}/handlers?status=disabled`,
      ({ items }) => items.length === 0,
    );
    const filter = { eventType: 'unheard.of', status: 'unhandled' };
    const dry = await site().next().post<Begun>(`${main}/events/replay`, { filter, dryRun: true });
    const { upTo, ...counted } = dry.body;
    const byStatus = { unclaimed: 0, unhandled: 3 };
    assert.deepEqual(counted, { matched: 3, replaying: 0, byStatus, leftOut: 0 });
    const begun = await site().next().post<Begun>(`${main}/events/replay`, { filter, upTo });
    assert.deepEqual([begun.status, begun.body], [202, { matched: 3, replaying: 3 }]);
    for (const id of ids) await site().event(id, 'succeeded');
  });

  it('cancels what waits, one or all that match, and names who did', async () => {
    site().receivers.answer('cancelled', answers(503));
    const ids = await site().emitEach('cancel.it', [1, 2, 3, 4, 5]);
    for (const id of ids) await site().event(id, 'parked');
    const [row] = (await site().event(String(ids[0]), 'parked')).executions;
    const cancelOne = () => site().next().post(`${main}/executions/${row?.id}/cancel`, {}, 'writer');
    assert.equal((await cancelOne()).status, 202);
    const { executions } = await site().event(String(ids[0]), 'cancelled');
    assert.deepEqual(
      executions.map(({ status, error }) => [status, error]),
      [['cancelled', 'cancelled by writer; before: HTTP 503 Service Unavailable']],
    );
    assert.equal((await cancelOne()).status, 409);
    const filter = { handler: 'cancelled' };
    const dry = await site().next().post<Begun>(`${main}/cancel`, { filter, dryRun: true });
    assert.equal(dry.body.matched, 4);
    const late = await site().emit('cancel.it', 'late');
    await site().event(late, 'parked');
    const all = await site().next().post(`${main}/cancel`, { filter, upTo: dry.body.upTo });
    assert.deepEqual([all.status, all.body], [202, { cancelled: 4, nextCursor: null }]);
    for (const id of ids) await site().event(id, 'cancelled');
    await site().event(late, 'parked');
  });
}
