import { TransientMap, TransientSet } from '../../../../words/transient-map.ts';
import { blankExecution } from '../../../operations/executions.ts';
import type { EventPatch, EventRow, ExecutionPatch, ExecutionRow } from '../../../operations/rows.ts';
import { type Stage, stage } from '../../../stage.ts';
import type { Note, NotedExecution } from './notes.ts';

/** An event with its executions, of which there are no rows yet. */
export interface Draft {
  readonly event: EventRow;
  readonly executions: ExecutionRow[];
  /** The commit that it began with, as notes are counted. */
  readonly since: number;
  /** When it began, in ms of a clock that never jumps. */
  readonly began: number;
}

interface Noted {
  readonly draft: Draft;
  readonly note: Note;
}

/**
 * The drafts of a journal, and the notes of what became of them since the last commit. What is done can be undone back
 * to a mark, as the database undoes what was done to its rows.
 */
export class Drafts {
  readonly #byEvent = new TransientMap<number, Draft>();
  readonly #byExecution = new TransientMap<number, Draft>();
  /** Of the open ones that stand in their object's lane, by object key. */
  readonly #byLane = new TransientMap<string, Draft>();
  /** Their first pass is over. */
  readonly #passed = new TransientSet<Draft>();
  /** They wait for somebody, who finds events by their rows. */
  readonly #waiting = new TransientSet<Draft>();
  #undo: (() => void)[] = [];
  #noted: Noted[] = [];
  #size = 0;

  get count(): number {
    return this.#byEvent.size;
  }

  /** Characters of all payloads. */
  get size(): number {
    return this.#size;
  }

  get passed(): Pick<TransientSet<Draft>, 'has' | 'size' | typeof Symbol.iterator> {
    return this.#passed;
  }

  get waiting(): Iterable<Draft> {
    return this.#waiting;
  }

  [Symbol.iterator](): Iterator<Draft> {
    return this.#byEvent.values();
  }

  has(draft: Draft): boolean {
    return this.#byEvent.get(draft.event.seq) === draft;
  }

  ofEvent(event: number): Draft | undefined {
    return this.#byEvent.get(event);
  }

  ofExecution(execution: number): Draft | undefined {
    return this.#byExecution.get(execution);
  }

  inLane(objectKey: string): Draft | undefined {
    return this.#byLane.get(objectKey);
  }

  /** @param since as in `Draft` */
  addEvent(event: EventRow, since: number): void {
    const draft: Draft = { event: { ...event }, executions: [], since, began: performance.now() };
    this.#put(draft);
    this.#undo.push(() => this.#take(draft));
    this.#note(draft, ['event', event]);
  }

  addExecution(draft: Draft, row: ExecutionRow): void {
    draft.executions.push({ ...row });
    this.#byExecution.set(row.seq, draft);
    this.#undo.push(() => {
      draft.executions.pop();
      this.#byExecution.delete(row.seq);
    });
    this.#note(draft, ['execution', noted(row)]);
  }

  changeEvent(draft: Draft, patch: EventPatch): void {
    const before = overwritten(draft.event, patch);
    const become = (values: EventPatch) => {
      this.#leave(draft);
      Object.assign(draft.event, values);
      this.#stand(draft);
    };
    become(patch);
    this.#undo.push(() => become(before));
    this.#note(draft, ['eventIs', draft.event.seq, patch]);
  }

  changeExecution(draft: Draft, seq: number, patch: ExecutionPatch): void {
    const row = draft.executions.find((one) => one.seq === seq);
    if (!row) return;
    const before = overwritten(row, patch);
    Object.assign(row, patch);
    this.#undo.push(() => Object.assign(row, before));
    this.#note(draft, ['executionIs', seq, patch]);
  }

  /** There are rows of it now. */
  remove(draft: Draft): void {
    this.#take(draft);
    this.#undo.push(() => this.#put(draft));
    this.#note(draft, ['written', draft.event.seq]);
  }

  /** The notes since this was asked last. Of what is written there is nothing to say but that, if it was noted before. */
  takeNotes(): readonly Note[] {
    const noted = this.#noted;
    this.#noted = [];
    const draftsWith = (kind: Note[0]) =>
      new Set(noted.flatMap(({ draft, note }) => (note[0] === kind ? draft : [])));
    const written = draftsWith('written');
    if (written.size === 0) return noted.map(({ note }) => note);
    const begun = draftsWith('event');
    return noted.flatMap(({ draft, note }) =>
      !written.has(draft) || (note[0] === 'written' && !begun.has(draft)) ? [note] : [],
    );
  }

  /** All that was done stays. */
  keep(): void {
    this.#undo = [];
  }

  /** @returns what undoes all that is done from now on */
  mark(): () => void {
    const done = this.#undo.length;
    const noted = this.#noted.length;
    return () => {
      for (const undo of this.#undo.splice(done).reverse()) undo();
      this.#noted = this.#noted.slice(0, noted);
    };
  }

  #note(draft: Draft, note: Note): void {
    this.#noted.push({ draft, note });
  }

  #put(draft: Draft): void {
    this.#byEvent.set(draft.event.seq, draft);
    for (const { seq } of draft.executions) this.#byExecution.set(seq, draft);
    this.#stand(draft);
  }

  #take(draft: Draft): void {
    this.#byEvent.delete(draft.event.seq);
    for (const { seq } of draft.executions) this.#byExecution.delete(seq);
    this.#leave(draft);
  }

  /** Where it is found, as its event is now. */
  #stand(draft: Draft): void {
    const { event } = draft;
    if (event.ordered && event.stage < stage.parked) this.#byLane.set(event.objectKey, draft);
    if (isOver.has(event.stage)) this.#passed.add(draft);
    else if (!isUnderWay.has(event.stage)) this.#waiting.add(draft);
    this.#size += event.payload.length;
  }

  #leave(draft: Draft): void {
    const { event } = draft;
    if (this.#byLane.get(event.objectKey) === draft) this.#byLane.delete(event.objectKey);
    this.#passed.delete(draft);
    this.#waiting.delete(draft);
    this.#size -= event.payload.length;
  }
}

const isUnderWay: ReadonlySet<Stage> = new Set([stage.emitted, stage.running]);
/** The first pass is over, and all went well. */
export const isOver: ReadonlySet<Stage> = new Set([stage.succeeded, stage.unhandled]);

/** What a patch writes over. */
function overwritten<Row extends object>(row: Row, patch: Partial<Row>): Partial<Row> {
  const before: Partial<Row> = {};
  for (const name of Object.keys(patch) as (keyof Row)[]) before[name] = row[name];
  return before;
}

/** All of an execution that its event does not have, and that is not as usual. */
function noted(row: ExecutionRow): NotedExecution {
  const usual: Partial<ExecutionRow> = blankExecution;
  const { eventType, objectId, objectKey, ordered, ...own } = row;
  const note: Partial<Record<string, unknown>> = {};
  for (const name of Object.keys(own) as (keyof typeof own)[])
    if (own[name] !== usual[name]) note[name] = own[name];
  return note as unknown as NotedExecution;
}
