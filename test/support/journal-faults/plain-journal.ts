import { DatabaseSync } from 'node:sqlite';
import { migrate, type Numbers, numbersGiven, passOver } from '../../../src/engine/store/sqlite/schema.ts';
import { commitsOn } from '../../../src/engine/store/sqlite/writer/commits.ts';
import { operationsOn } from '../../../src/engine/store/sqlite/writer/operations.ts';
import type { Operation, Result } from '../../../src/engine/store/sqlite/writer/protocol.ts';
import { recover } from '../../../src/engine/store/sqlite/writer/recover.ts';
import type { Story } from './diary.ts';

/** The clock of each opening: later than all that happens, so that it does not matter how often a journal is opened. */
export const openedAt = 1_800_000_000_000;

const kept = {
  events: 'seq',
  executions: 'seq',
  attempts: 'execution_seq, attempt',
  idempotency_keys: 'key',
  circuits: 'handler_id',
  alarms: 'watch, key',
  bulk_replays: 'id',
  askers: 'execution_seq',
  failure_groups: 'id',
  notes: 'n',
} as const;

/**
 * All that a journal keeps, as one text: two journals keep the same when these are the same. Of touches it is their
 * order that counts: what was undone has used up times.
 */
export function contentOf(db: DatabaseSync): string {
  const tables = Object.entries(kept).map(([table, order]) => {
    const rows = db.prepare(`select * from ${table} order by ${order}`).all();
    return [`${table}:`, ...rows.map((row) => JSON.stringify({ ...row, touched_at: undefined }))].join('\n');
  });
  const touched = db
    .prepare('select seq from events where touched_at is not null order by touched_at')
    .all()
    .map(({ seq }) => seq);
  const book = db.prepare("select value from meta where key = 'book'").get();
  return [...tables, `touched: ${touched}`, `book: ${book?.['value']}`].join('\n');
}

/** A journal in memory that writes each row as it changes: what the one on the disk must have come to. */
export class PlainJournal {
  readonly db = new DatabaseSync(':memory:');
  readonly #operations;
  readonly #commits;

  constructor() {
    migrate(this.db);
    this.#operations = operationsOn(this.db, { drafts: false });
    this.#commits = commitsOn(this.db, this.#operations, '/memory');
  }

  carryOut(operations: readonly Operation[]): Result[] {
    const results = this.#commits.carryOut(operations);
    this.#operations.work.clear();
    return results;
  }

  /** As after its process was killed and it was opened again. @param given numbers that are not to be given any more */
  reopen(given: Numbers): void {
    passOver(this.db, given);
    recover(this.db, openedAt);
    this.#operations.reset();
    this.#operations.work.clear();
  }

  /** Does what has been answered for. */
  retell(story: Story): void {
    for (const part of story) {
      if (part.fate === 'opened') this.reopen(part.given);
      else if (part.fate === 'answered') this.carryOut([part.operation]);
    }
  }

  /** What somebody finds who opens it after a kill. */
  contentOnceReopened(): string {
    this.reopen(numbersGiven(this.db));
    return contentOf(this.db);
  }

  close(): void {
    this.db.close();
  }
}
