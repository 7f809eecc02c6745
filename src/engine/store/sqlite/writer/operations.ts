import type { DatabaseSync } from 'node:sqlite';
import type { Journal } from '../../journal.ts';
import { Announcements } from '../../operations/announcements.ts';
import { decisionsOn } from '../../operations/decisions.ts';
import { alarmsOn } from './alarms.ts';
import { circuitsOn } from './circuits.ts';
import { clockOn } from './clock.ts';
import { type Drafting, draftingOn } from './drafts/drafting.ts';
import { isolationOn } from './isolation.ts';
import { retentionOn } from './retention.ts';
import { bulkRowsOn } from './rows/bulk-rows.ts';
import { sqliteRowsOn } from './rows/sqlite-rows.ts';

/** What is written: the journal's operations, and a copy of the handler book, so that it is not lost with its file. */
export interface Written extends Omit<Journal, 'tag' | 'found' | 'onWork'> {
  keepBook(book: string): Promise<void>;
  /** Writes the rows of all that there is, for those who read them. */
  writeRows(): Promise<void>;
}

/** The operations as they cross to the writer. */
export type OperationName = keyof Written;
export type Operations = {
  readonly [Name in OperationName]: (
    ...args: Parameters<Written[Name]>
  ) => Awaited<ReturnType<Written[Name]>>;
};

export interface Writing extends Operations {
  /** What they make runnable. */
  readonly work: Announcements;
  /** Whether a part that fails for a reason of its own is kept apart from the others; at first it is. */
  isolate(on: boolean): void;
  /** Whether something is to be indexed since it was asked last. */
  takeTouched(): boolean;
  readonly drafts: Drafting;
  /** @returns what undoes, of what memory holds, all that comes from now on: after a rollback */
  mark(): () => void;
  /** Others have written. */
  reset(): void;
}

/** The operations on an open database. @param drafts whether there are any: else each row is written as it changes */
export function operationsOn(db: DatabaseSync, { drafts: on }: { readonly drafts: boolean }): Writing {
  const clock = clockOn(db);
  const tables = sqliteRowsOn(db, clock);
  const work = new Announcements();
  const mark = () => {
    const undo = [work.mark(), drafts.rows.mark()];
    return () => {
      for (const one of undo) one();
    };
  };
  const { isolated, isolate } = isolationOn(db, mark);
  const drafts = draftingOn(db, tables, { on, isolated });
  const retention = retentionOn(db);
  const keptBook = db.prepare(
    "insert into meta values('book', ?) on conflict(key) do update set value = excluded.value",
  );
  return {
    ...decisionsOn({ rows: drafts.rows, work, clock, isolated }, bulkRowsOn(db)),
    saveCircuit: circuitsOn(db).save,
    saveAlarm: alarmsOn(db).save,
    keepBook: (text) => void keptBook.run(text),
    writeRows: () => drafts.write('all'),
    prune: (asked) => {
      // They count among those that are kept.
      drafts.write('settled');
      return retention.prune(asked);
    },
    drafts,
    work,
    mark,
    isolate,
    takeTouched: tables.takeTouched,
    reset: drafts.rows.reset,
  };
}
