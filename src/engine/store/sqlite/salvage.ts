import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { stage } from '../stage.ts';

type Row = Record<string, SQLInputValue>;

/** Places in a row that can't be read, after which nothing is looked for where it is not known how many there are. */
const mostInVain = 10_000;

/**
 * Takes over from a damaged file what it had not delivered, row by row: what can't be read is passed by. Rows keep
 * their numbers. Idempotency keys come along, so that a sender who tries again is still known.
 * @returns how many events that were not settled are in the new journal now
 */
export function salvage(damaged: string, db: DatabaseSync): number {
  const from = attempt(() => new DatabaseSync(damaged, { readOnly: true }));
  if (!from) return 0;
  db.exec('begin immediate');
  const events = attempt(() => takeOver(from, db));
  // Whatever is wrong with the damaged file, the new one must do.
  db.exec(events === undefined ? 'rollback' : 'commit');
  from.close();
  return events ?? 0;
}

function takeOver(from: DatabaseSync, to: DatabaseSync): number {
  const next = from.prepare('select seq, stage from events not indexed where seq > ? order by seq limit 1');
  const event = from.prepare('select * from events not indexed where seq = ?');
  const last = lastSeq(from);
  const gaps: Gap[] = [];
  let events = 0;
  let good = 0;
  for (let seq = 0; seq < last; ) {
    const found = attempt(() => next.get(seq) ?? null);
    if (found === null) break;
    if (found === undefined) {
      seq += 1;
      if (last === Number.POSITIVE_INFINITY && seq - good > mostInVain) break;
      continue;
    }
    if (seq > good) gaps.push({ from: good + 1, to: Number(found['seq']) - 1 });
    seq = Number(found['seq']);
    good = seq;
    if (Number(found['stage']) >= stage.succeeded) continue;
    const row = attempt(() => event.get(seq) as Row | undefined);
    if (row && insertEvent(from, to, row)) events += 1;
    else gaps.push({ from: seq, to: seq });
  }
  if (good < last && attempt(() => next.get(good) ?? null) === undefined)
    gaps.push({ from: good + 1, to: last });
  takeOverKeys(from, to, gaps);
  attempt(() => {
    for (const book of from.prepare("select * from meta where key = 'book'").all())
      insert(to, 'meta', book as Row);
  });
  return events;
}

/** Numbers of events of which nothing is known, both inclusive. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** A key whose event is lost is not taken over: its sender must be able to send it again. */
function takeOverKeys(from: DatabaseSync, to: DatabaseSync, gaps: readonly Gap[]): void {
  attempt(() => {
    for (const key of from.prepare('select * from idempotency_keys').iterate()) {
      const first = Number(key['first_seq']);
      const last = first + Number(key['events']) - 1;
      if (!gaps.some((gap) => first <= gap.to && last >= gap.from))
        insert(to, 'idempotency_keys', key as Row);
    }
  });
}

/** An event whose executions can't be read is as it was accepted: all its handlers are called. */
function insertEvent(from: DatabaseSync, to: DatabaseSync, row: Row): boolean {
  const seq = Number(row['seq']);
  const executions = attempt(() => rowsOf(from, 'select * from executions where event_seq = ?', seq)) ?? [];
  const taken = Number(row['stage']) > stage.emitted;
  const whole = !taken || executions.length > 0;
  return (
    attempt(() => {
      insert(to, 'events', whole ? row : { ...row, stage: stage.ready, turn: seq, next_handler: null });
      for (const execution of executions) {
        insert(to, 'executions', execution);
        const past = 'select * from attempts where execution_seq = ?';
        for (const made of attempt(() => rowsOf(from, past, Number(execution['seq']))) ?? [])
          insert(to, 'attempts', made);
      }
      return true;
    }) ?? false
  );
}

function rowsOf(db: DatabaseSync, sql: string, seq: number): Row[] {
  return db.prepare(sql).all(seq) as Row[];
}

function insert(db: DatabaseSync, table: string, row: Row): void {
  const columns = Object.keys(row);
  const values = columns.map(() => '?').join(', ');
  db.prepare(`insert into ${table}(${columns.join(', ')}) values(${values})`).run(...Object.values(row));
}

function lastSeq(db: DatabaseSync): number {
  const ways = [
    "select seq as last from sqlite_sequence where name = 'events'",
    'select max(seq) as last from events not indexed',
  ];
  for (const sql of ways) {
    const last = attempt(() => db.prepare(sql).get()?.['last']);
    if (last) return Number(last);
  }
  return Number.POSITIVE_INFINITY;
}

/** @returns undefined where it can't be read */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
