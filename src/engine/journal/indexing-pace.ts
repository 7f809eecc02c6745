import type { Indexed } from './text-index.ts';

/** Ms of indexing at a time, between which queries are answered. */
export const indexingTime = 15;
/** The share of a core that indexing what there was before takes while events are delivered. */
const deferring = 0.2;
/** Ms without a commit after which nothing is delivered; commits are told each second. */
const quiet = 2500;

/**
 * Ms to leave to others after some indexing. What is new is indexed at once, or the index would fall behind; what there
 * was before the index was made anew gives way to the delivery of events.
 * @param sinceTouched ms since a commit was told last
 */
export function pauseAfter(indexed: Indexed, sinceTouched: number): number {
  return indexed === 'old' && sinceTouched < quiet ? indexingTime * (1 / deferring - 1) : 0;
}
