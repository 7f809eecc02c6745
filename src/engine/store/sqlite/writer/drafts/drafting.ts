import type { DatabaseSync } from 'node:sqlite';
import type { Kept } from '../../../operations/shared.ts';
import { numbersGiven } from '../../schema.ts';
import type { SqliteRows } from '../rows/sqlite-rows.ts';
import { draftRowsOn } from './draft-rows.ts';
import { draftWritingOn } from './draft-writing.ts';
import { Drafts } from './drafts.ts';
import { notesIn } from './notes.ts';

/** Ms that an open event is a draft at most: notes are kept as long as their oldest draft. */
const longest = 1000;

/**
 * Keeps plain events as drafts, with a note of each commit, and writes their rows when they are settled.
 * @param on whether there are drafts at all
 */
export function draftingOn(
  db: DatabaseSync,
  tables: SqliteRows,
  { on, isolated }: Pick<Kept, 'isolated'> & { readonly on: boolean },
) {
  const drafts = new Drafts();
  const notes = notesIn(db);
  let commits = notes.last();
  const rows = draftRowsOn(tables, drafts, {
    on,
    given: () => numbersGiven(db),
    isolated,
    toTables: draftWritingOn(tables, isolated),
    commit: () => commits + 1,
  });

  /** Ends a transaction: what has become of drafts is noted. */
  function complete(): void {
    rows.writeWaiting();
    const taken = drafts.takeNotes();
    if (taken.length === 0) return;
    // Of what is written there is nothing to say.
    if (drafts.count === 0) notes.dropBefore(commits + 1);
    else notes.add(commits + 1, taken);
  }

  /** It is committed. */
  function keep(): void {
    commits += 1;
    drafts.keep();
  }

  /** Writes all drafts, or those that are settled or have been drafts for long. */
  function write(which: 'all' | 'settled'): void {
    const before = which === 'all' ? Number.POSITIVE_INFINITY : performance.now() - longest;
    rows.writePassed();
    let first = commits + 1;
    // Of a copy: one that is refused is put back.
    for (const draft of [...drafts]) {
      if (draft.began < before) rows.tryToWrite(draft);
      if (drafts.has(draft)) first = Math.min(first, draft.since);
    }
    notes.dropBefore(first);
  }

  return {
    rows,
    complete,
    keep,
    write,
    /** How many drafts there are. */
    get count(): number {
      return drafts.count;
    },
    /** How many of them are settled. */
    get settled(): number {
      return drafts.passed.size;
    },
  };
}

export type Drafting = ReturnType<typeof draftingOn>;
