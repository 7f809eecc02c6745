import type { NewEvent } from '../journal/accept.ts';
import type { ContinueReplay, Replay } from '../journal/replay.ts';
import type { Take, TurnEnd } from '../journal/turn.ts';
import type { Operation } from './operation.ts';

/** Executions of an object by a handler, of an event or by its key. */
export interface Pair {
  readonly handler: string;
  readonly of: number | string;
}

/** Something that is looked for by an index, and found in a transaction of its own. */
export type Search =
  | {
      readonly what: 'due';
      readonly homes: readonly number[];
      readonly handler: string;
      readonly limit: number;
    }
  | {
      readonly what: 'ready';
      readonly homes: readonly number[];
      readonly node: string;
      readonly limit: number;
    }
  | { readonly what: 'nextNodeReady'; readonly homes: readonly number[]; readonly after: string }
  | { readonly what: 'parkedDue'; readonly handler: string; readonly at: number; readonly limit: number }
  | {
      readonly what: 'parkedAfter';
      readonly handler: string;
      readonly after: number;
      readonly otherThan: string | null;
    }
  | { readonly what: 'parkedOf' | 'parkedStale'; readonly handler: string; readonly limit: number }
  | { readonly what: 'probe'; readonly handler: string; readonly at: number; readonly me: number }
  | { readonly what: 'nextDueAt'; readonly handler: string; readonly without: readonly number[] }
  | { readonly what: 'bulkState'; readonly id: number }
  | { readonly what: 'bulkSeq' };

/** What operations need to know of the database, as far as it can be told. */
export class Needs {
  /** With their executions, their lanes, and what of these is not settled. */
  readonly events = new Set<number>();
  /** The events of these executions. */
  readonly executions = new Set<number>();
  readonly payloads = new Set<number>();
  /** By object key: how many of those that wait in it. */
  readonly lanes = new Map<string, number>();
  readonly pairs = new Map<string, Pair & { readonly depth: number }>();
  readonly keys = new Set<string>();
  readonly searches = new Map<string, Search>();
  /** Whether a bound is to be kept of how many events wait. */
  bounded = false;
  eventSeqs = 0;
  executionSeqs = 0;

  /** @param drawsAhead false: no seq is drawn in vain, but each group that needs one is read for twice */
  static of(operations: readonly Operation[], drawsAhead: boolean): Needs {
    const needs = new Needs();
    for (const operation of operations) needs.#add(operation);
    if (!drawsAhead) Object.assign(needs, { eventSeqs: 0, executionSeqs: 0 });
    return needs;
  }

  /** Whether nothing can be told. */
  get areUnknown(): boolean {
    return this.lanes.size + this.keys.size + this.events.size + this.executions.size + this.eventSeqs === 0;
  }

  lane(key: string, depth = usualDepth): void {
    this.lanes.set(key, Math.max(this.lanes.get(key) ?? 0, depth));
  }

  pair(handler: string, of: number | string, depth = usualDepth): void {
    this.pairs.set(`${handler}\0${of}`, { handler, of, depth });
  }

  search(search: Search): void {
    this.searches.set(searchName(search), search);
  }

  #add({ name, args }: Operation): void {
    switch (name) {
      case 'accept': {
        const [events, , key, bound] = args as [
          readonly NewEvent[],
          number,
          { readonly key: string }?,
          number?,
        ];
        if (bound !== undefined) this.bounded = true;
        for (const event of events) this.#insert(event);
        if (key) this.keys.add(key.key);
        break;
      }
      case 'take': {
        const [{ event, changed, links }] = args as [Take];
        if (typeof event === 'number') this.events.add(event);
        else this.#insert(event);
        if (changed?.ordered) this.lane(changed.objectKey);
        const content = changed ?? (typeof event === 'number' ? undefined : event);
        // One that was taken before needs none: better some are drawn in vain than each is waited for.
        this.executionSeqs += Math.max(1, links.length);
        for (const { handler } of links)
          if (content === undefined || content.ordered)
            this.pair(handler.id, content?.objectKey ?? (event as number));
        break;
      }
      case 'endTurn': {
        const [{ event, change, pass }] = args as [TurnEnd];
        this.events.add(event);
        this.pair(change.handler, event);
        if (pass?.start) this.pair(pass.start.handler, event);
        break;
      }
      case 'replay': {
        const [{ which }] = args as [Replay];
        if ('event' in which) this.events.add(which.event);
        else for (const execution of which.executions) this.executions.add(execution);
        break;
      }
      case 'recall':
      case 'unclaim': {
        const [events] = args as [(readonly number[])?];
        for (const event of events ?? []) this.events.add(event);
        break;
      }
      case 'continueReplay': {
        const [{ letGo }] = args as [ContinueReplay];
        if ('executions' in letGo) for (const [first] of letGo.executions) this.executions.add(first ?? 0);
        else for (const event of 'events' in letGo ? letGo.events : letGo.missed) this.events.add(event);
        break;
      }
    }
  }

  #insert({ ordered, objectKey }: NewEvent): void {
    this.eventSeqs += 1;
    if (ordered) this.lane(objectKey);
  }
}

/** Of what waits in a lane, or is not settled, so many are read at first. */
export const usualDepth = 2;

export function searchName(search: Search): string {
  return JSON.stringify(search);
}

/** Something was needed that nobody had foreseen: it is to be read, and all to be decided again. */
export class NotLoaded extends Error {
  readonly add: (needs: Needs) => void;

  constructor(add: (needs: Needs) => void) {
    super('not loaded');
    this.add = add;
  }
}
