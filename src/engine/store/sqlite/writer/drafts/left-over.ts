import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../../../words/errors.ts';
import { JournalError } from '../../../journal-error.ts';
import { blankExecution } from '../../../operations/executions.ts';
import { clockOn } from '../clock.ts';
import { isolationOn } from '../isolation.ts';
import { eventRowsOn } from '../rows/event-rows.ts';
import { executionRowsOn } from '../rows/execution-rows.ts';
import { draftWritingOn } from './draft-writing.ts';
import { type Draft, Drafts } from './drafts.ts';
import { type Note, notesIn } from './notes.ts';

/**
 * Writes the rows of drafts that a crash has left over, in the caller's transaction. Then nobody but the writer needs to
 * know of notes.
 * @throws JournalError when notes are damaged
 */
export function writeLeftOver(db: DatabaseSync): void {
  const notes = notesIn(db);
  const refused = writeRowsOf(db, read(notes.all()));
  notes.clear();
  if (refused.length > 0) notes.putAside(refused.flatMap(notesFor));
}

/** Writes the rows of drafts, in the caller's transaction. @returns those that SQLite takes no row of */
export function writeRowsOf(db: DatabaseSync, drafts: Iterable<Draft>): Draft[] {
  const { isolated } = isolationOn(db, () => () => undefined);
  const tables = { ...eventRowsOn(db, clockOn(db)), ...executionRowsOn(db) };
  const write = draftWritingOn(tables, isolated);
  const isWritten = (draft: Draft) =>
    isolated(
      () => {
        write(draft);
        return true;
      },
      () => false,
    );
  return Array.from(drafts).filter((draft) => !isWritten(draft));
}

function notesFor({ event, executions }: Draft): readonly Note[] {
  return [['event', event], ...executions.map((one) => ['execution', one] as const)];
}

/** @throws JournalError when they can't be read */
function read(notes: Iterable<Note>): Drafts {
  try {
    return draftsOf(notes);
  } catch (error) {
    throw new JournalError('damaged', `what was written last can't be read (${messageOf(error)})`);
  }
}

/** The drafts as they stand after these notes. What is said of one that they do not know is passed over. */
export function draftsOf(notes: Iterable<Note>): Drafts {
  const drafts = new Drafts();
  for (const note of notes) apply(note, drafts);
  return drafts;
}

function apply(note: Note, drafts: Drafts): void {
  switch (note[0]) {
    case 'event':
      return drafts.addEvent(note[1], 0);
    case 'execution': {
      const draft = drafts.ofEvent(note[1].event);
      if (!draft) return;
      const { eventType, objectId, objectKey, ordered } = draft.event;
      return drafts.addExecution(draft, {
        ...blankExecution,
        eventType,
        objectId,
        objectKey,
        ordered,
        ...note[1],
      });
    }
    case 'eventIs': {
      const draft = drafts.ofEvent(note[1]);
      return draft && drafts.changeEvent(draft, note[2]);
    }
    case 'executionIs': {
      const draft = drafts.ofExecution(note[1]);
      return draft && drafts.changeExecution(draft, note[1], note[2]);
    }
    case 'written': {
      const draft = drafts.ofEvent(note[1]);
      return draft && drafts.remove(draft);
    }
  }
}
