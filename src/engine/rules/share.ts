/** The place of one among several who share something, from 0 on. */
export interface Share {
  readonly place: number;
  readonly of: number;
}

export const alone: Share = { place: 0, of: 1 };

/** Its part of so many slots; those of two differ by one at most. 0: there are more who share than slots. */
export function slotsOf({ place, of }: Share, slots: number): number {
  return Math.floor(slots / of) + (place < slots % of ? 1 : 0);
}

/** Its part of a rate, which those have who have a slot. */
export function rateOf({ of }: Share, rate: number, slots: number): number {
  return rate / Math.min(of, slots);
}
