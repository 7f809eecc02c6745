/** Neither texts nor lists, though they have a length: one that is far off, and two that can become no number. */
export const misleading: readonly object[] = [
  { length: 1e9 },
  { length: { valueOf: 1, toString: 1 } },
  { length: [Symbol('s')] },
];
