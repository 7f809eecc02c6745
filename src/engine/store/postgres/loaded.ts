import type { EventHead, ExecutionRow, KeptKey, ParkedRow, StoredExecution } from '../operations/rows.ts';
import type { Stage } from '../stage.ts';

/** An execution as the turns of its chain see it, and whose it is. */
export type LoadedExecution = StoredExecution & Pick<ExecutionRow, 'event' | 'objectKey' | 'ordered'>;
export type LoadedEvent = EventHead & {
  readonly hops: number;
  readonly home: number;
  readonly owner: number;
};

/** Open events of an object, as far as they were read. */
export interface LoadedLane {
  readonly depth: number;
  readonly events: readonly number[];
  /** Of those at these stages there are more, further behind. */
  readonly more: ReadonlySet<Stage>;
}

/** Executions of an object by a handler that are not settled, the first ones. */
export interface LoadedPair {
  readonly depth: number;
  readonly first: readonly { readonly seq: number; readonly blocked: boolean }[];
  readonly more: boolean;
}

/** What was read of the database in this transaction; nobody else changes it before that ends. */
export class Loaded {
  /** Absent: nobody has looked. */
  readonly events = new Map<number, LoadedEvent | undefined>();
  readonly payloads = new Map<number, string>();
  readonly executionsOf = new Map<number, readonly LoadedExecution[]>();
  readonly executions = new Map<number, LoadedExecution>();
  readonly eventOf = new Map<number, number | undefined>();
  readonly lanes = new Map<string, LoadedLane>();
  readonly pairs = new Map<string, LoadedPair>();
  readonly keys = new Map<string, (KeptKey & { readonly at: number }) | undefined>();
  readonly found = new Map<string, Found>();
  readonly eventSeqs: number[] = [];
  readonly executionSeqs: number[] = [];
  waiting = 0;
  /** Of how many things the lanes are locked. */
  locked = 0;
}

/** What a search has found. */
export type Found = readonly number[] | readonly ParkedRow[] | BulkState | Probed | string | number | null;

/** Of something that is done with many. */
export interface BulkState {
  readonly state: 'running' | 'done' | 'cancelled';
  readonly by: string | null;
}

/** The tries of a handler until now, and whether the next one is this instance's. */
export interface Probed {
  readonly probed: number | null;
  readonly probedAt: number | null;
  readonly claimed: boolean;
}

/** @param key of the object */
export function pairOf(handler: string, key: string): string {
  return `${handler}\0${key}`;
}
