/** Where the mark stands in a store's `meta`. */
export const moveKey = 'move';

/** What a store that is one side of a move notes of it, so that never both are used. */
export interface MoveMark {
  /** A registry is being moved here; the one that is here is being moved elsewhere; it was. */
  readonly state: 'arriving' | 'leaving' | 'left';
  /** Random: the two sides of a move have the same. */
  readonly token: string;
  /** The other side, for people. */
  readonly other: string;
}

/** @param text as it was kept; nothing: there is none */
export function moveMarkFrom(text: unknown): MoveMark | null {
  return typeof text === 'string' ? (JSON.parse(text) as MoveMark) : null;
}

/** Why nobody opens what has this mark, and what to do. @param left what to do about what was moved elsewhere */
export function whyMarked({ state, other }: MoveMark, left: string): string {
  if (state === 'left') return `the registry was moved into ${other}: ${left}`;
  const move = state === 'arriving' ? 'out of' : 'into';
  return `the registry is being moved ${move} ${other}: wait for that to end, or begin it again where it was cut off`;
}
