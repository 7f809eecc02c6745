/** A stretch of time of which the documents are found together; ms, both inclusive. */
export interface Slice {
  readonly first: number;
  readonly last: number;
  readonly documents: number;
}

/**
 * The slice that a document of this time belongs to, which it may have to be stretched for. Slices do not overlap.
 * @param slices oldest first
 * @param size documents after which a slice is full
 * @returns undefined: a new one begins
 */
export function sliceFor<S extends Slice>(slices: readonly S[], at: number, size: number): S | undefined {
  const next = slices.findIndex(({ last }) => last >= at);
  const after = slices[next < 0 ? slices.length : next];
  if (after && after.first <= at) return after;
  const before = slices[next < 0 ? slices.length - 1 : next - 1];
  return [before, after].find((neighbour) => neighbour && neighbour.documents < size);
}
