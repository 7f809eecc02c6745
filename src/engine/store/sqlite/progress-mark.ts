import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Numbers, numbersGiven, passOver } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** How far a journal has come: the last numbers that it gave, and when an event was touched last, in µs. */
interface Progress extends Numbers {
  readonly touched: number;
}

const name = 'journal.sqlite-mark';
const size = 64;
/** Numbers that are left out where it is not known which were given: more than come between two backups. */
const spare = 100_000_000;

/**
 * Notes beside the journal how far it has come, after each commit. SQLite passes over a write-ahead log that is damaged
 * or gone without a word; by this note it is known what is missing. It is not synced: after the machine itself went
 * down it may be behind the journal, but never ahead of it.
 */
export class ProgressMark {
  readonly #tag: string;
  readonly #touched: StatementSync;
  readonly #fd: number;
  #written = '';

  constructor(folder: string, tag: string, db: DatabaseSync) {
    this.#tag = tag;
    this.#touched = db.prepare(lastTouch);
    this.#fd = openSync(join(folder, name), constants.O_RDWR | constants.O_CREAT, 0o600);
    this.write(numbersGiven(db));
  }

  /** After a commit. @param given the last numbers that are in it */
  write({ events, executions }: Numbers): void {
    const touched = Number(this.#touched.get()?.['touched']);
    const text = `${this.#tag} ${events} ${executions} ${touched}`.padEnd(size - 1);
    if (text === this.#written) return;
    try {
      writeSync(this.#fd, `${text}\n`, 0);
      this.#written = text;
    } catch {
      // A full disk, for instance: the commit itself is what counts.
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * Compares a journal that was just opened with its mark. Numbers that it has given and does not know of, as after a
 * write-ahead log was lost or a backup restored, are not given again: receivers know them as webhook ids.
 * @returns what is missing; null when nothing is, or nobody can tell
 */
export function passOverMissing(folder: string, tag: string, db: DatabaseSync): string | null {
  const marked = readMark(folder, tag);
  const found = progressOf(db);
  const given = (table: keyof Numbers) => Math.max(found[table], marked?.[table] ?? found[table] + spare);
  const numbers = { events: given('events'), executions: given('executions') };
  if (numbers.events > found.events || numbers.executions > found.executions)
    inTransaction(db, () => passOver(db, numbers));
  if (!marked) return null;
  const lost = marked.events - found.events;
  if (lost <= 0 && marked.executions <= found.executions && marked.touched <= found.touched) return null;
  const events =
    lost > 0
      ? `${lost} ${lost === 1 ? 'event that was accepted is' : 'events that were accepted are'} not in it`
      : 'calls that were made are not in it, and may be made again';
  return `journal.sqlite lacks what was written last, since its write-ahead log (journal.sqlite-wal) is damaged or gone, or the file is an older copy: ${events}. Have the sender send again what came last, or restore a backup`;
}

/** @returns null where there is none of the journal with this tag */
function readMark(folder: string, tag: string): Progress | null {
  try {
    const text = readFileSync(join(folder, name), 'utf8');
    const [, of, events, executions, touched] = /^(\w+) (\d+) (\d+) (\d+) *\n/.exec(text) ?? [];
    if (of !== tag) return null;
    return { events: Number(events), executions: Number(executions), touched: Number(touched) };
  } catch {
    return null;
  }
}

const lastTouch = `select max(
  coalesce((select max(touched_at) from events where touched_at is not null), 0),
  coalesce((select cast(value as integer) from meta where key = 'touched'), 0)) as touched`;

/**
 * Before the row of an event is touched no more, or gone: keeps its touch, if it is the last one of those. Else a mark
 * from before would know of a touch that the journal does not.
 */
export function touchKeptOn(db: DatabaseSync): (event: number) => void {
  const keep = db.prepare(
    `insert into meta select 'touched', touched_at from events where seq = ? and touched_at is not null
     on conflict(key) do update set value = excluded.value
     where cast(excluded.value as integer) > cast(value as integer)`,
  );
  return (event) => void keep.run(event);
}

/** When an event was touched last, in µs; also one that is gone. 0: none was. */
export function lastTouchIn(db: DatabaseSync): number {
  return Number(db.prepare(lastTouch).get()?.['touched']);
}

function progressOf(db: DatabaseSync): Progress {
  return { ...numbersGiven(db), touched: lastTouchIn(db) };
}
