import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Batch } from '../log/bulk.ts';

/** Events looked at between two turns of others, and in all for one answer. */
export const lookedAtAtOnce = 200;
const lookedAtInAll = 2000;
/** Plans that are kept at most: one that is not is made anew. */
const kept = 16;

/** Something of an event that is gone through. */
export interface Entry {
  readonly event: number;
}

/** What is to be gone through, in the order of the events, each once; after a restart it is made anew. */
export class Plans<E extends Entry> {
  readonly #plans = new Map<number | string, readonly E[]>();

  /** The plan of something; made where it is not known. */
  async of(key: number | string, make: () => Promise<readonly E[]>): Promise<readonly E[]> {
    const entries = this.#plans.get(key) ?? (await make()).toSorted((a, b) => a.event - b.event);
    this.#plans.delete(key);
    this.#plans.set(key, entries);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > kept && oldest !== undefined) this.#plans.delete(oldest);
    return entries;
  }

  forget(key: number | string): void {
    this.#plans.delete(key);
  }
}

/** Chooses of an entry what is meant; undefined: it is left out. */
export type Choose<E extends Entry, Chosen> = (entry: E) => Chosen | undefined;

/**
 * Goes on through a plan, and gives way to others meanwhile.
 * @param look learns what is to be known of some entries before it is chosen among them
 * @param isFull whether no more of them belong into one answer, however few they are
 */
export async function goThrough<E extends Entry, Chosen>(
  entries: readonly E[],
  after: number,
  limit: number,
  look: (some: readonly E[]) => Choose<E, Chosen> | Promise<Choose<E, Chosen>>,
  isFull = () => false,
): Promise<Batch<Chosen>> {
  const first = firstAfter(entries, after);
  const end = Math.min(entries.length, first + lookedAtInAll);
  const chosen: Chosen[] = [];
  const mayGoOn = () => chosen.length < limit && !isFull();
  let next = first;
  while (next < end && mayGoOn()) {
    if (next > first) await yieldToOthers();
    const some = entries.slice(next, Math.min(end, next + lookedAtAtOnce));
    const choose = await look(some);
    for (const entry of some) {
      if (!mayGoOn()) break;
      next += 1;
      const one = choose(entry);
      if (one !== undefined) chosen.push(one);
    }
  }
  const cursor = entries[next - 1]?.event ?? after;
  return { chosen, cursor: Math.max(cursor, after), looked: next - first, ends: next >= entries.length };
}

function firstAfter(entries: readonly Entry[], after: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.event ?? 0) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
