import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openJournal } from '../../test/support/filled-journal.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { envelopeOf } from './envelope.ts';

/** A user directory in which the journal of the registry `registry` holds what `fill` puts into it. */
export async function filledFolder(fill: (db: DatabaseSync) => void): Promise<string> {
  const userDir = temporaryFolder('provisioning-bench-');
  const folder = join(userDir, 'provisioning', 'registry');
  await mkdir(folder, { recursive: true });
  const db = openJournal(folder);
  fill(db);
  // Or the first checkpoint of what is measured would have to bring all of it to the disk.
  db.exec('pragma synchronous = full; pragma wal_checkpoint(truncate)');
  db.close();
  return userDir;
}

/** Accepted events that nobody has taken, each of another object. */
export function addWaitingEvents(db: DatabaseSync, count: number, node: string): void {
  db.prepare(
    `insert into events(event_type, object_id, object_key, ordered, node, stage, turn, accepted_at, payload)
     with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?)
     select 'bench.one', n, 'bench:' || n, 1, ?, 1, n, 1767225600000 + n, replace(?, '"#"', n) from numbers`,
  ).run(count, node, templateOf('bench.one'));
}

export interface ParkedEvents {
  readonly handler: string;
  readonly count: number;
  /** All of one object, each behind the one before; or each of an object of its own, due then (ms). */
  readonly wait: 'behind' | { readonly until: number };
}

/** Taken events whose only execution is parked. */
export function addParkedEvents(db: DatabaseSync, { handler, count, wait }: ParkedEvents): void {
  const behind = wait === 'behind';
  const first = nextSeq(db, 'events');
  const firstExecution = nextSeq(db, 'executions');
  const numbers =
    'with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < :count)';
  const object = behind ? "'hot'" : 'n';
  db.prepare(
    `insert into events(seq, event_type, object_id, object_key, ordered, node, stage, turn, accepted_at, touched_at, payload)
     ${numbers} select n + ${first}, 'bench.one', ${object}, '${handler}:' || ${object}, 1, 'event', 6, n + ${firstExecution},
     1767225600000 + n, (1767225600000 + n) * 1000, replace(:payload, '"#"', n) from numbers`,
  ).run({ count, payload: templateOf('bench.one') });
  db.prepare(
    `insert into executions(seq, event_seq, position, event_type, object_id, object_key, ordered, handler_id, handler_number,
       handler_name, handler_type, priority, stop, status, blocked, next_attempt_at, target, started_at,
       attempt_started_at, duration_ms, attempts, retries, code, error)
     ${numbers} select n + ${firstExecution}, n + ${first}, 0, 'bench.one', ${object}, '${handler}:' || ${object}, 1,
       :handler, 1, :handler, 'http', 10, 0, 2, :blocked, :until, 'POST http://127.0.0.1', 1767225600000 + n,
       1767225600000 + n, 5, 1, 1, 503, 'HTTP 503 Service Unavailable' from numbers`,
  ).run({ count, handler, blocked: behind ? 1 : 0, until: behind ? 0 : wait.until });
}

function nextSeq(db: DatabaseSync, table: string): number {
  return Number(db.prepare('select seq from sqlite_sequence where name = ?').get(table)?.['seq'] ?? 0) + 1;
}

function templateOf(eventType: string): string {
  const { event, data } = envelopeOf(eventType, 1);
  return JSON.stringify({ event: { ...event, object_id: '#' }, data: { ...data, id: '#' } });
}
