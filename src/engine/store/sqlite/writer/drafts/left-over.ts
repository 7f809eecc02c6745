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
  writeDrafts(db, read(notes.all()));
  notes.dropBefore(Number.MAX_SAFE_INTEGER);
}

/** Writes the rows of drafts, in the caller's transaction. */
export function writeDrafts(db: DatabaseSync, drafts: Iterable<Draft>): void {
  const { isolated } = isolationOn(db, () => () => undefined);
  const tables = { ...eventRowsOn(db), ...executionRowsOn(db) };
  const write = draftWritingOn(tables, { clock: clockOn(db), isolated });
  for (const draft of drafts) write(draft);
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
