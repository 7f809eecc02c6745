import type { BeginReplay } from '../journal/replay.ts';
import type { EventPatch, EventRow, ExecutionPatch, ExecutionRow, KeptKey } from '../operations/rows.ts';
import type { FailureGroup } from './known-groups.ts';
import { pairOf } from './loaded.ts';

/** Who has the message of an event, and who has it, or an execution, in hand: ids of instances. */
interface Owned {
  readonly home: number;
  readonly owner: number;
}
type OwnedEvent = EventRow & Owned;
type OwnedEventPatch = EventPatch & Partial<Owned>;
type OwnedExecution = ExecutionRow & Pick<Owned, 'owner'>;
type OwnedExecutionPatch = ExecutionPatch & Partial<Pick<Owned, 'owner'>>;

/** What is said to many rows at once, wherever they are. */
export type Deferred =
  | { readonly what: 'recallAll'; readonly owner: number; readonly without: readonly number[] }
  | { readonly what: 'renew'; readonly handler: string }
  | {
      readonly what: 'markStale';
      readonly handler: string;
      readonly objectKey: string;
      readonly without: readonly number[];
    }
  | { readonly what: 'keepProbe'; readonly handler: string; readonly execution: number | null }
  | { readonly what: 'asker'; readonly execution: number; readonly by: string }
  | { readonly what: 'beginBulk'; readonly id: number; readonly asked: BeginReplay; readonly runner: number }
  | {
      readonly what: 'advanceBulk';
      readonly id: number;
      readonly replayed: number;
      readonly looked: number;
      readonly cursor: number;
    }
  | {
      readonly what: 'endBulk';
      readonly id: number;
      readonly state: 'done' | 'cancelled';
      readonly at: number;
    };

/** What a transaction is to write. What is done can be undone back to a mark. */
export class Changes {
  readonly newEvents = new Map<number, OwnedEvent>();
  readonly eventPatches = new Map<number, OwnedEventPatch>();
  readonly newExecutions = new Map<number, OwnedExecution>();
  readonly executionPatches = new Map<number, OwnedExecutionPatch>();
  readonly keys = new Map<string, KeptKey & { readonly at: number }>();
  readonly deferred: Deferred[] = [];
  /** Those of failures that are not known to be kept; what is undone of them does no harm. */
  readonly groups = new Map<number, FailureGroup>();
  /** Instances that have something to do now. */
  readonly hints: number[] = [];
  /** Executions whose last attempt is to make way for the next one. */
  readonly attempts: number[] = [];
  /** By how much there are more accepted events that nobody has taken, and more settled ones. */
  waiting = 0;
  settled = 0;
  eventSeqs = 0;
  executionSeqs = 0;
  readonly #inLane = new Lists<string>();
  readonly #ofEvent = new Lists<number>();
  readonly #ofPair = new Lists<string>();
  #undo: (() => void)[] = [];

  /** Events in the lane of an object that were added or changed. */
  inLane(objectKey: string): readonly number[] {
    return this.#inLane.of(objectKey);
  }

  /** Executions that were added to an event, by seq. */
  ofEvent(event: number): readonly number[] {
    return this.#ofEvent.of(event);
  }

  /** Executions of an object that were added, by handler. */
  ofPair(pair: string): readonly number[] {
    return this.#ofPair.of(pair);
  }

  draw(of: 'eventSeqs' | 'executionSeqs'): void {
    this[of] += 1;
    this.#undo.push(() => {
      this[of] -= 1;
    });
  }

  count(what: 'waiting' | 'settled', difference: number): void {
    this[what] += difference;
    this.#undo.push(() => {
      this[what] -= difference;
    });
  }

  addEvent(event: OwnedEvent): void {
    this.newEvents.set(event.seq, event);
    this.#undo.push(() => this.newEvents.delete(event.seq));
    if (event.ordered) this.enterLane(event.objectKey, event.seq);
  }

  changeEvent(seq: number, patch: OwnedEventPatch): void {
    this.#undo.push(patched(this.eventPatches, seq, patch));
    if (patch.objectKey !== undefined) this.enterLane(patch.objectKey, seq);
  }

  enterLane(objectKey: string, event: number): void {
    this.#undo.push(this.#inLane.add(objectKey, event));
  }

  addExecution(row: OwnedExecution): void {
    this.newExecutions.set(row.seq, row);
    this.#undo.push(
      () => this.newExecutions.delete(row.seq),
      this.#ofEvent.add(row.event, row.seq),
      this.#ofPair.add(pairOf(row.handler.id, row.objectKey), row.seq),
    );
  }

  changeExecution(seq: number, patch: OwnedExecutionPatch): void {
    this.#undo.push(patched(this.executionPatches, seq, patch));
  }

  /** @throws Apart where its row is not what was read any more */
  keepAttempt(execution: number): void {
    if (this.executionPatches.has(execution) || this.newExecutions.has(execution)) throw new Apart();
    this.attempts.push(execution);
    this.#undo.push(() => this.attempts.pop());
  }

  addKey(key: string, kept: KeptKey & { readonly at: number }): void {
    const before = this.keys.get(key);
    this.keys.set(key, kept);
    this.#undo.push(() => (before ? this.keys.set(key, before) : this.keys.delete(key)));
  }

  hint(instance: number): void {
    this.hints.push(instance);
    this.#undo.push(() => this.hints.pop());
  }

  defer(one: Deferred): void {
    this.deferred.push(one);
    this.#undo.push(() => this.deferred.pop());
  }

  /** @returns what undoes all that is done from now on */
  mark(): () => void {
    const done = this.#undo.length;
    return () => {
      for (const undo of this.#undo.splice(done).reverse()) undo();
    };
  }
}

function patched<Patch extends object>(patches: Map<number, Patch>, seq: number, patch: Patch): () => void {
  const before = patches.get(seq);
  patches.set(seq, { ...before, ...patch });
  return () => (before ? patches.set(seq, before) : patches.delete(seq));
}

/** Lists of seqs by a key. */
class Lists<Key> {
  readonly #lists = new Map<Key, number[]>();

  of(key: Key): readonly number[] {
    return this.#lists.get(key) ?? [];
  }

  /** @returns what undoes it */
  add(key: Key, seq: number): () => void {
    const list = this.#lists.get(key) ?? [];
    this.#lists.set(key, list);
    list.push(seq);
    return () => list.pop();
  }
}

/** What is to be written has been changed in this transaction: it has to be written before. */
export class Apart extends Error {
  constructor() {
    super('to be written in a transaction of its own');
  }
}
