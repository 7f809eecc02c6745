import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiHandler, EventDetails } from '../../../src/engine/words/admin-answers.ts';
import { eventually } from '../../support/eventually.ts';
import { answers, type Exchange } from '../../support/misbehaving-server.ts';
import { main, type Site } from './site.ts';

const opensAfter = 10;
const tenObjects = Array.from({ length: opensAfter }, (_, n) => n);
/** Ms; a circuit is tried every 30 s. */
const untilProbed = 50_000;

type Circuit = ApiHandler['circuit'];

/** The circuit of a handler, once all show it in a state. */
async function circuitOf(
  site: Site,
  handler: string,
  state: Circuit['state'],
  ms?: number,
): Promise<Circuit> {
  const { items } = await site.agreed<{ items: ApiHandler[] }>(
    `the circuit of ${handler} is ${state} everywhere`,
    `${main}/handlers`,
    (all) => all.items.some(({ id, circuit }) => id === handler && circuit.state === state),
    ms,
  );
  return items.find(({ id }) => id === handler)?.circuit as Circuit;
}

/** Ten failures at the receivers of `handler`, each with an event of its own at the next one. */
async function failTenTimes(site: Site, handler: string, type: string): Promise<string[]> {
  site.receivers.answer(handler, answers(503));
  const ids = await site.emitEach(type, tenObjects);
  await circuitOf(site, handler, 'open');
  return ids;
}

/** What is tried half a minute after it was opened. */
export interface Opened {
  /** Events that have failed, and those that wait since, in their order. */
  readonly failed: readonly string[];
  readonly waiting: readonly string[];
  /** Of which the first is not answered yet. */
  readonly probes: readonly Exchange[];
}

/** Opens circuits: of a handler that is well by the time that it is tried, and of one that is not. */
export async function openCircuits(site: Site): Promise<Opened> {
  const failed = await failTenTimes(site, 'broken', 'broken.pipe');
  site.receivers.answer('broken', answers(200));
  const waiting = await site.emitEach('broken.pipe', ['a', 'b', 'c']);
  await failTenTimes(site, 'still_broken', 'still.broken');
  const probes: Exchange[] = [];
  site.receivers.answer('still_broken', (exchange) => {
    if (probes.push(exchange) > 1) answers(503)(exchange);
  });
  return { failed, waiting, probes };
}

/** Rule 8, as far as it does not take half a minute. */
export function circuitsOf(site: () => Site): void {
  const close = (handler: string) =>
    site().next().post(`${main}/handlers/${handler}/circuit`, { state: 'closed' });
  const parkedForCircuit = async (event: string) => {
    const [row] = (await site().event(event, 'parked')).executions;
    assert.deepEqual([row?.parkedFor, row?.attempts], ['circuit', 0]);
    return row;
  };

  it('opens a circuit by ten failures in a row, whoever has met them, and closes it by hand for all', async () => {
    const failed = await failTenTimes(site(), 'reset', 'reset.it');
    const { since, error, nextProbeAt } = await circuitOf(site(), 'reset', 'open');
    assert.match(String(error), /503/);
    assert.equal(Date.parse(String(nextProbeAt)) - Date.parse(String(since)), 30_000);
    const waiting = await site().emitEach('reset.it', ['a', 'b', 'c']);
    for (const id of waiting) {
      const row = await parkedForCircuit(id);
      assert.deepEqual(row?.circuit, { since, error, nextProbeAt });
    }
    assert.equal(site().receivers.calls('reset').length, opensAfter);
    site().receivers.answer('reset', answers(200));
    assert.equal((await close('reset')).status, 202);
    await circuitOf(site(), 'reset', 'closed');
    for (const id of waiting) await site().event(id, 'succeeded');
    const [row] = (await site().event(String(failed[0]), 'parked')).executions;
    assert.deepEqual([row?.parkedFor, row?.attempts], ['retry', 1], 'its retry is not due yet');
    for (const member of site().members) {
      const again = await member.post(`${main}/handlers/reset/circuit`, { state: 'closed' });
      assert.equal(again.status, 409);
    }
    await site().event(await site().emit('reset.it', 'after'), 'succeeded');
  });

  it('has the row of failures ended by an answer', async () => {
    const fail = async (first: number, count: number) => {
      site().receivers.answer('row', answers(503));
      const objects = Array.from({ length: count }, (_, n) => first + n);
      for (const id of await site().emitEach('row.of', objects)) await site().event(id, 'failed');
    };
    await fail(0, opensAfter - 1);
    site().receivers.answer('row', answers(200));
    for (const id of await site().emitEach('row.of', ['answered', 'to', 'each']))
      await site().event(id, 'succeeded');
    // For so long, as it is said, others may go on with the row.
    await sleep(1000);
    await fail(20, opensAfter - 1);
    await circuitOf(site(), 'row', 'closed');
    await fail(40, 1);
    await circuitOf(site(), 'row', 'open');
  });

  it('calls nobody any more who says that he is gone, until an operator closes the circuit', async () => {
    site().receivers.answer('gone', answers(410));
    const first = await site().emit('gone.for', 'good');
    const { error, nextProbeAt } = await circuitOf(site(), 'gone', 'gone');
    assert.match(String(error), /410/);
    assert.equal(nextProbeAt, null);
    const waiting = await site().emitEach('gone.for', [1, 2, 3]);
    for (const id of waiting) await parkedForCircuit(id);
    assert.equal(site().receivers.calls('gone').length, 1);
    site().receivers.answer('gone', answers(200));
    assert.equal((await close('gone')).status, 202);
    for (const id of waiting) await site().event(id, 'succeeded');
    const { executions } = await site().event(first, 'parked');
    assert.equal(executions[0]?.attempts, 1);
  });
}

/** The rest of rule 8, half a minute after `openCircuits`. */
export function probesOf(site: () => Site, opened: () => Opened): void {
  it('tries an open circuit with one call of all, the oldest; it succeeds, and closes it for all', async () => {
    const { failed, waiting } = opened();
    await circuitOf(site(), 'broken', 'closed', untilProbed);
    const seqs = new Map<string, number>();
    for (const id of failed) {
      const { executions } = await site().same<EventDetails>(`${main}/events/${id}`);
      seqs.set(id, executions[0]?.seq ?? 0);
    }
    const [oldest, ...others] = failed.toSorted((a, b) => Number(seqs.get(a)) - Number(seqs.get(b)));
    for (const id of [oldest, ...waiting]) await site().event(String(id), 'succeeded');
    for (const id of others) {
      const [row] = (await site().event(id, 'parked')).executions;
      assert.deepEqual([row?.parkedFor, row?.attempts], ['retry', 1], 'a retry that is not due yet');
    }
    const called = site()
      .receivers.calls('broken')
      .map(({ headers }) => String(headers['webhook-id']).split('_')[0]);
    assert.equal(called[opensAfter], oldest);
    assert.deepEqual(called.slice(opensAfter).sort(), [oldest, ...waiting].sort());
  });

  it('shows to all that it is tried; a probe that fails is logged, and costs no retry', async () => {
    const { probes } = opened();
    const probe = await eventually('it is tried', () => probes[0], untilProbed);
    const { since, nextProbeAt } = await circuitOf(site(), 'still_broken', 'probing');
    assert.equal(nextProbeAt, null);
    const event = String(probe.received.headers['webhook-id']).split('_')[0] ?? '';
    answers(500)(probe);
    const after = await circuitOf(site(), 'still_broken', 'open');
    assert.deepEqual([after.since, /500|503/.test(String(after.error))], [since, true]);
    const [row] = (await site().event(event, 'parked')).executions;
    assert.deepEqual([row?.parkedFor, row?.attempts, row?.code], ['circuit', 2, 500]);
    await site().next().post(`${main}/handlers/still_broken/circuit`, { state: 'closed' });
    await circuitOf(site(), 'still_broken', 'closed');
    const [waits] = (await site().event(event, 'parked')).executions;
    assert.equal(waits?.parkedFor, 'retry');
    const due = Date.parse(String(waits?.nextAttemptAt)) - Date.parse(String(since));
    assert.ok(due > 3_600_000 * 0.79 && due < 3_600_000 * 1.21, 'when it was due before');
  });
}
