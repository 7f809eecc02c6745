import type { Indexed } from './text-index.ts';

/** Ms of reading at a time, after which it is written and queries are answered. */
export const indexingTime = 10;
/** Ms in which nothing is read, so that a checkpoint of the journal comes to its end and the log begins anew. */
const gap = 2;
/** The share of a core that indexing what there was before takes while events are delivered. */
const deferring = 0.2;
/** Ms without a commit after which nothing is delivered; commits are told each second. */
const quiet = 2500;

/**
 * Ms to leave to others after some indexing. What is new is indexed without delay, or the index would fall behind; what there
 * was before the index was made anew gives way to the delivery of events.
 * @param sinceTouched ms since a commit was told last
 */
export function pauseAfter(indexed: Indexed, sinceTouched: number): number {
  return indexed === 'old' && sinceTouched < quiet ? indexingTime * (1 / deferring - 1) : gap;
}
