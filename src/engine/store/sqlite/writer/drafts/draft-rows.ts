import { isUnsettled } from '../../../../rules/chain.ts';
import type {
  EventHead,
  EventPatch,
  EventRow,
  ExecutionPatch,
  ExecutionRow,
  Rows,
} from '../../../operations/rows.ts';
import type { Kept } from '../../../operations/shared.ts';
import { stage } from '../../../stage.ts';
import type { Numbers } from '../../schema.ts';
import type { SqliteRows } from '../rows/sqlite-rows.ts';
import { type Draft, type Drafts, isOver } from './drafts.ts';

/** Characters of all payloads with which no further event becomes a draft. */
const most = 16_000_000;

export interface DraftRows extends Rows {
  /** The last numbers that were given to events and executions that are there. */
  readonly given: Numbers;
  /** Writes the rows of a draft: it is none any more, if they are not refused. */
  tryToWrite(draft: Draft): void;
  /** Writes the rows of all whose first pass is over, in the order in which that came. */
  writePassed(): void;
  /** Writes the rows of all that somebody would look for among them. */
  writeWaiting(): void;
  /** Whether somebody reads the rows: then no event leaves its row, as he would not find it at all. */
  keepRows(on: boolean): void;
  /** @returns what undoes, of what memory holds, all that comes from now on: after a rollback */
  mark(): () => void;
  /** Others have written to the tables. */
  reset(): void;
}

interface DraftRowsOptions {
  /** Whether there are drafts at all. */
  readonly on: boolean;
  /** The last numbers that were given to rows. */
  readonly given: () => Numbers;
  readonly toTables: (draft: Draft) => void;
  readonly isolated: Kept['isolated'];
  /** The number of the commit that is on its way. */
  readonly commit: () => number;
}

/**
 * Rows of which those of plain events are drafts. An event is plain from the moment when it is out in the flow until it
 * has succeeded, while nobody fails, waits or asks for it: it changes five times within some milliseconds, and its rows
 * are written once. What becomes of others is written as it happens, and one that has waited in its row leaves it when it
 * goes out. So whoever looks for rows by an index finds all that there is to find. Of its object a draft is the foremost
 * open event: all others are behind it.
 */
export function draftRowsOn(
  rows: SqliteRows,
  drafts: Drafts,
  { on, given, toTables, isolated, commit }: DraftRowsOptions,
): DraftRows {
  let last = given();
  /** Whether there may be open events, and unsettled executions, among the rows; undefined: nobody has looked. */
  let open: boolean | undefined;
  let unsettled: boolean | undefined;
  let keepsRows = false;

  function write(draft: Draft): void {
    drafts.remove(draft);
    toTables(draft);
    if (draft.event.stage >= stage.parked) return;
    open = true;
    unsettled = true;
  }

  function writeWaiting(): void {
    for (const draft of drafts.waiting) write(draft);
  }

  function tryToWrite(draft: Draft): void {
    isolated(
      () => write(draft),
      () => undefined,
    );
  }

  function writePassed(): void {
    // Of a copy: one that is refused is put back, and all are, last one first, when their commit is undone.
    for (const draft of [...drafts.passed].sort(byTouch)) tryToWrite(draft);
  }

  function writeIf(draft: Draft | undefined): void {
    if (!draft) return;
    if (drafts.passed.has(draft)) writePassed();
    if (drafts.has(draft)) write(draft);
  }

  /** The rows are to be looked at after all that is found by an index is among them. */
  const found =
    <Args extends readonly unknown[], T>(find: (...args: Args) => T) =>
    (...args: Args): T => {
      writeWaiting();
      return find(...args);
    };

  function hasRoom({ payload }: Pick<EventRow, 'payload'>): boolean {
    return on && drafts.size + payload.length <= most;
  }

  /** An event that has waited goes out: it is a draft in place of its row. @returns whether it is plain */
  function takeUp(seq: number, patch: EventPatch): boolean {
    if (keepsRows) return false;
    const row = rows.wholeEvent(seq);
    // One that was taken before, and is emitted again, may have executions.
    if (!row || row.turn !== seq || !hasRoom(row)) return false;
    const { objectKey } = row;
    if (row.ordered && (drafts.inLane(objectKey) || rows.foremost(objectKey) > stage.ready)) return false;
    rows.removeEvent(seq);
    drafts.addEvent({ ...row, ...patch }, commit());
    return true;
  }

  /** An open event is to stand in a lane other than behind: no draft may, beside it. */
  function clearLane(event: { readonly ordered: boolean; readonly objectKey: string } | undefined): void {
    if (event?.ordered) writeIf(drafts.inLane(event.objectKey));
  }

  return {
    ...rows,
    tryToWrite,
    writePassed,
    writeWaiting,
    keepRows(on) {
      keepsRows = on;
    },
    get given() {
      return last;
    },
    mark() {
      const before = last;
      const undo = [drafts.mark(), rows.mark()];
      open = undefined;
      unsettled = undefined;
      return () => {
        for (const one of undo) one();
        last = before;
        open = undefined;
        unsettled = undefined;
      };
    },

    reset() {
      rows.reset();
      last = given();
    },

    addEvent(event) {
      last = { ...last, events: Math.max(last.events, event.seq) };
      if (event.stage !== stage.behind && hasRoom(event)) return drafts.addEvent(event, commit());
      rows.addEvent(event);
      open = true;
    },
    event: (seq) => drafts.ofEvent(seq)?.event ?? rows.event(seq),
    wholeEvent: (seq) => drafts.ofEvent(seq)?.event ?? rows.wholeEvent(seq),
    eventOf: (execution) => drafts.ofExecution(execution)?.event ?? rows.eventOf(execution),
    hopsOf: (event) => drafts.ofEvent(event)?.event.hops ?? rows.hopsOf(event),
    changeEvent(seq, patch) {
      const draft = drafts.ofEvent(seq);
      const staysPlain =
        draft && !drafts.passed.has(draft) && staysInLane(draft.event, patch) && isPlainTouch(patch);
      if (staysPlain) return drafts.changeEvent(draft, patch);
      if (!draft && patch.stage === stage.emitted && takeUp(seq, patch)) return;
      writeIf(draft);
      // They were touched before this one is: rows are found in the order of their touches.
      if (patch.touchedAt && drafts.passed.size > 0) writePassed();
      rows.changeEvent(seq, patch);
      const isOpen = patch.stage === undefined || patch.stage < stage.parked;
      if (isOpen && drafts.count > 0) clearLane(rows.event(seq));
      open = true;
    },

    foremost(objectKey) {
      const draft = drafts.inLane(objectKey);
      if (draft) return draft.event.stage;
      open ??= rows.hasOpen();
      return open ? rows.foremost(objectKey) : -1;
    },
    firstInLane: found(rows.firstInLane),
    holdBack(objectKey) {
      const draft = drafts.inLane(objectKey);
      if (draft?.event.stage === stage.ready) drafts.changeEvent(draft, { stage: stage.behind });
      rows.holdBack(objectKey);
    },
    due: found(rows.due),
    ready: found(rows.ready),
    nextNodeReady: found(rows.nextNodeReady),
    recallAll() {
      for (const draft of drafts) if (draft.event.stage === stage.emitted) write(draft);
      rows.recallAll();
    },

    addExecution(row) {
      last = { ...last, executions: Math.max(last.executions, row.seq) };
      const draft = drafts.ofEvent(row.event);
      if (draft && isPlain(row)) return drafts.addExecution(draft, row);
      writeIf(draft);
      rows.addExecution(row);
      unsettled = true;
    },
    execution: (seq) => drafted(seq) ?? rows.execution(seq),
    changeExecution(seq, patch) {
      const draft = drafts.ofExecution(seq);
      if (draft && isPlain(patch)) return drafts.changeExecution(draft, seq, patch);
      writeIf(draft);
      rows.changeExecution(seq, patch);
      unsettled = true;
    },
    executionsOf(event) {
      writeIf(drafts.ofEvent(event));
      return rows.executionsOf(event);
    },
    nextPending(event, after) {
      const draft = drafts.ofEvent(event);
      if (!draft) return rows.nextPending(event, after);
      return draft.executions.find(({ seq, status }) => seq > after && status === 'pending')?.seq;
    },
    firstUnsettled(objectKey, handler) {
      unsettled ??= rows.hasUnsettled();
      const row = unsettled ? rows.firstUnsettled(objectKey, handler) : undefined;
      const own = drafts
        .inLane(objectKey)
        ?.executions.find((one) => one.handler.id === handler && isUnsettled(one.status));
      return row && own ? (row.seq < own.seq ? row : own) : (row ?? own);
    },
    keepAttempt(execution) {
      writeIf(drafts.ofExecution(execution));
      rows.keepAttempt(execution);
    },
    replace(event, position, by) {
      writeIf(drafts.ofEvent(event));
      rows.replace(event, position, by);
    },
    markStale(handler, objectKey) {
      const draft = drafts.inLane(objectKey);
      if (draft?.executions.some((one) => one.handler.id === handler)) write(draft);
      rows.markStale(handler, objectKey);
    },
    objectOf: (execution) => drafts.ofExecution(execution)?.event.objectKey ?? rows.objectOf(execution),
  };

  function drafted(execution: number): ExecutionRow | undefined {
    return drafts.ofExecution(execution)?.executions.find(({ seq }) => seq === execution);
  }
}

function staysInLane(event: EventHead, { objectKey, ordered }: EventPatch): boolean {
  return (objectKey ?? event.objectKey) === event.objectKey && (ordered ?? event.ordered) === event.ordered;
}

/** Of what is touched, only those whose first pass is over are drafts: so they are found in the order of touches. */
function isPlainTouch({ touchedAt, stage: at }: EventPatch): boolean {
  return !touchedAt || (at !== undefined && isOver.has(at));
}

function byTouch(one: Draft, other: Draft): number {
  return Number(one.event.touchedAt) - Number(other.event.touchedAt);
}

/** Who is parked is found by its row. */
function isPlain({ status }: Pick<ExecutionPatch, 'status'>): boolean {
  return status !== 'parked';
}
