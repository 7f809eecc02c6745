import { attempt, readable } from './salvage-reading.ts';
import type { Statements } from './statements.ts';
import type { Draft } from './writer/drafts/drafts.ts';
import { draftsOf } from './writer/drafts/left-over.ts';
import { type Note, notesOf, type Written } from './writer/drafts/notes.ts';

/** What the notes of a damaged journal say. */
export interface FoundDrafts {
  /** Delivered or not: of these it is known what became of them. */
  readonly drafts: readonly Draft[];
  /** False: not all notes can be read, and there may have been others. */
  readonly isWhole: boolean;
}

export function draftsIn(from: Statements): FoundDrafts {
  const hasNotes = attempt(() => from.of("select 1 from sqlite_schema where name = 'notes'").get());
  if (!hasNotes) return { drafts: [], isWhole: true };
  const rows = [...readable(from, 'select text, payloads from notes order by n')];
  const count = attempt(() => Number(from.of('select count(*) as n from notes').get()?.['n']));
  const commits = rows.map((row) => attempt(() => notesOf(row as unknown as Written)));
  const notes = commits.flatMap((commit): readonly Note[] => commit ?? []);
  // What became of an event whose rows are written may not be among the notes that can be read.
  const drafts = [...draftsOf(notes)].filter(({ event }) => !hasRow(from, event.seq));
  return { drafts, isWhole: rows.length === count && !commits.includes(undefined) };
}

export function hasRow(from: Statements, event: number): boolean {
  const row = attempt(() => from.of('select 1 from events not indexed where seq = ?').get(event));
  return row !== undefined;
}
