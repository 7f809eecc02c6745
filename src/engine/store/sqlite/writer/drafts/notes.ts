import type { DatabaseSync } from 'node:sqlite';
import type { EventContent } from '../../../journal/accept.ts';
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
    add: db.prepare('insert into notes(n, text, payloads) values(?, ?, ?)'),
    drop: db.prepare('delete from notes where n > 0 and n < ?'),
    clear: db.prepare('delete from notes'),
    last: db.prepare('select max(n) as n from notes'),
    all: db.prepare('select text, payloads from notes order by n'),
  };
  const add = (n: number, notes: readonly Note[]): void => {
    const { text, payloads } = written(notes);
    sql.add.run(n, text, payloads);
  };
  return {
    add,
    /** Puts aside what became of events of which SQLite takes no row: the next opening tries again. */
    putAside: (notes: readonly Note[]) => add(0, notes),
    clear: () => void sql.clear.run(),
    /** Drops those before the `n`th commit. */
    dropBefore: (n: number) => void sql.drop.run(n),
    last: () => Number(sql.last.get()?.['n'] ?? 0),
    /** All, in the order of their commits. @throws when they can't be read */
    *all(): Generator<Note> {
      for (const row of sql.all.iterate()) yield* notesOf(row as unknown as Written);
    },
  };
}

/** The notes of one commit as they are kept. */
export interface Written {
  /** JSON, with the length of each payload of an event in its place. */
  readonly text: string;
  /** The payloads, one after the other: JSON would be escaped once more, and read as often. */
  readonly payloads: string;
}

type WithLength<Row> = Omit<Row, 'payload'> & { readonly payload: number };

function written(notes: readonly Note[]): Written {
  let payloads = '';
  const texts = notes.map((note) => {
    if (note[0] !== 'event') return note;
    const { payload } = note[1];
    payloads += payload;
    return ['event', { ...note[1], payload: payload.length }];
  });
  return { text: JSON.stringify(texts), payloads };
}

/** @throws when they can't be read */
export function notesOf({ text, payloads }: Written): readonly Note[] {
  let from = 0;
  const notes = JSON.parse(text) as readonly (
    | Exclude<Note, readonly ['event', EventRow]>
    | readonly ['event', WithLength<EventRow>]
  )[];
  return notes.map((note) => {
    if (note[0] !== 'event') return note;
    const to = from + note[1].payload;
    if (to > payloads.length) throw new Error('a payload is missing');
    const payload = payloads.slice(from, to);
    from = to;
    return ['event', { ...note[1], payload }];
  });
}

export type Notes = ReturnType<typeof notesIn>;
