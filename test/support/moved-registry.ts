import { strict as assert } from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import type { CancelParked } from '../../src/engine/store/journal/work.ts';
import type { Journal } from '../../src/engine/store/journal.ts';
import type { Operation } from '../../src/engine/store/sqlite/writer/protocol.ts';
import type { Store } from '../../src/engine/store/store.ts';
import { aLink, anEvent, aPass, aTake, succeeded } from '../engine/store/store-contract.ts';
import { histories, operationsOf } from './operation-history.ts';

/** When everything happens. */
export const at = 1_700_000_000_000;
export const options = { now: () => at, parkedFor: () => 'retry' as const, onTrouble: () => undefined };

/**
 * Fills a store with events that are ready, out in the flow, running, due, parked, done and failed; numbers, switches, a
 * circuit, an alarm, a key and a replay that goes on.
 */
export async function fill({ journal, handlers }: Store): Promise<void> {
  await handlers.number(['a', 'b']);
  const switched = { by: 'anna', at: new Date(at).toISOString(), reason: 'maintenance' };
  handlers.override('b', { status: 'held', ...switched });
  handlers.holdAll({ status: 'held', ...switched });
  await handlers.save();
  await journal.accept([anEvent(1), anEvent(1), anEvent(2, { ordered: false })], 1, { key: 'k', hash: 'h' });
  const chain = async (object: number, links = [aLink('a')]) => {
    const taken = await journal.take(aTake(anEvent(object), { links }));
    assert.ok(taken.outcome === 'taken');
    return taken;
  };
  const ended = async (object: number, change: object) => {
    const { seq, chain: executions } = await chain(object);
    const [execution = 0] = executions;
    const whole = { ...succeeded(execution), ...change };
    await journal.endTurn({ event: seq, change: whole, pass: aPass(), at, emit: false });
  };
  await chain(10, [aLink('a'), aLink('b')]);
  await ended(11, {});
  const failed = { ...succeeded(0).attempt, code: 500, error: 'HTTP 500 \0 odd', response: 'no' };
  await ended(12, { status: 'failed', attempt: failed });
  await ended(13, { status: 'parked', nextAttemptAt: at + 5000, attempt: failed });
  await journal.saveCircuit({ handler: 'a', state: 'open', since: at, error: 'HTTP 500' }, 'closed');
  await journal.saveAlarm({ watch: 'w', key: 'k', alarm: '{}' });
  await journal.beginReplay(aReplay);
}

const aReplay = {
  kind: 'executions',
  filter: '{}',
  ratePerSecond: 0.5,
  matched: 3,
  until: at,
  upTo: 2,
  by: 'anna',
  at,
} as const;

/** All that the log shows. */
export async function seenIn({ log }: Store): Promise<unknown> {
  const { items: executions } = await log.executions({}, { limit: 100 });
  const { items: events } = await log.events({}, { limit: 100 });
  const details = await Promise.all(events.map(({ id }) => log.event(id)));
  const calls = await Promise.all(executions.map(({ id }) => log.execution(id)));
  // PostgreSQL has no character for U+0000.
  return JSON.parse(JSON.stringify({ executions, details, calls }).replaceAll('\\u0000', '\ufffd'));
}

/** Lives through random operations, the same for the same seed. @param file the journal, whose rows are written at once */
export async function live(store: Store, file: string, seed: number): Promise<void> {
  await fill(store);
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    for (const one of randomOperations(db, seed)) await carryOut(store.journal, one).catch(() => undefined);
  } finally {
    db.close();
  }
}

/** Each is made once the one before it was carried out on the journal. */
export function* randomOperations(db: DatabaseSync, seed: number): Generator<Operation> {
  // Which ones of many are cancelled, no journal says.
  for (const [number, { steps }] of fc.sample(histories, { seed, numRuns: 5 }).flat().entries())
    for (const step of steps.filter(({ kind }) => kind !== 'broken'))
      for (const { name, args } of operationsOf(
        { steps: [step], end: 'kept', writes: 'nothing' },
        db,
        number,
      ))
        yield {
          name,
          args: name === 'cancelParked' ? [{ ...(args[0] as CancelParked), limit: 1000 }] : args,
        };
}

export function carryOut(journal: Journal, { name, args }: Operation): Promise<unknown> {
  return (journal[name as keyof Journal] as (...given: readonly unknown[]) => Promise<unknown>)(...args);
}

const kept = {
  events: 'select * from events order by seq',
  executions: `select x.*, g.kind as failure_group from executions x
    left join failure_groups g on g.id = failure_group order by seq`,
  groups: 'select handler_id, kind from failure_groups order by handler_id, kind',
  attempts: 'select * from attempts order by execution_seq, attempt',
  askers: 'select * from askers order by execution_seq',
  replays: 'select * from bulk_replays order by id',
  keys: 'select * from idempotency_keys order by key',
  circuits: 'select * from circuits order by handler_id',
  alarms: 'select * from alarms order by watch, key',
  numbers:
    "select * from sqlite_sequence where name in ('events', 'executions', 'bulk_replays') order by name",
  meta: "select * from meta where key in ('tag', 'book') order by key",
  notes: 'select * from notes',
};

/**
 * All that a journal keeps, with what PostgreSQL has no character for as that has it. Failures are named by their kind:
 * groups have numbers of their own wherever they are.
 */
export function keptIn(file: string): Readonly<Record<string, unknown>> {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = Object.entries(kept).map(([name, sql]) => [name, db.prepare(sql).all()]);
    return JSON.parse(JSON.stringify(Object.fromEntries(rows)).replaceAll('\\u0000', '\ufffd'));
  } finally {
    db.close();
  }
}
