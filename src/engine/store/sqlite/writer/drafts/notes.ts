import type { DatabaseSync } from 'node:sqlite';
import type { EventContent } from '../../../journal.ts';
import type { blankExecution } from '../../../operations/executions.ts';
import type { EventPatch, EventRow, ExecutionPatch, ExecutionRow } from '../../../operations/rows.ts';

type Usual = keyof typeof blankExecution;

/** An execution without what its event has, too, and without what is as usual. */
export type NotedExecution = Omit<ExecutionRow, Usual | keyof EventContent> &
  Partial<Pick<ExecutionRow, Usual>>;

/** One change of a draft. */
export type Note =
  | readonly ['event', EventRow]
  | readonly ['execution', NotedExecution]
  | readonly ['eventIs', number, EventPatch]
  | readonly ['executionIs', number, ExecutionPatch]
  /** Of this event there are rows now. */
  | readonly ['written', number];

/** The notes of each commit as one row, which costs a page or two where the rows of the events would cost twenty. */
export function notesIn(db: DatabaseSync) {
  const sql = {
    add: db.prepare('insert into notes(n, text) values(?, ?)'),
    drop: db.prepare('delete from notes where n > 0 and n < ?'),
    clear: db.prepare('delete from notes'),
    last: db.prepare('select max(n) as n from notes'),
    all: db.prepare('select text from notes order by n'),
  };
  return {
    add: (n: number, notes: readonly Note[]) => void sql.add.run(n, JSON.stringify(notes)),
    /** Puts aside what became of events of which SQLite takes no row: the next opening tries again. */
    putAside: (notes: readonly Note[]) => void sql.add.run(0, JSON.stringify(notes)),
    clear: () => void sql.clear.run(),
    /** Drops those before the `n`th commit. */
    dropBefore: (n: number) => void sql.drop.run(n),
    last: () => Number(sql.last.get()?.['n'] ?? 0),
    /** All, in the order of their commits. @throws when they can't be read */
    *all(): Generator<Note> {
      for (const { text } of sql.all.iterate()) yield* notesOf(String(text));
    },
  };
}

/** The notes of one commit. @throws when they can't be read */
export function notesOf(text: string): readonly Note[] {
  return JSON.parse(text) as readonly Note[];
}

export type Notes = ReturnType<typeof notesIn>;
