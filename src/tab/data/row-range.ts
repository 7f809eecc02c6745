export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
}

/** Which rows of a long list are in the page: `first` to `last` (exclusive), and px of room for the others. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

const beyond = 15;
const most = 200;

/** The rows that can be seen and some on either side, 200 at most. @param rowHeight px, the same for every row */
export function rowRange(count: number, rowHeight: number, { scrollTop, height }: Viewport): RowRange {
  const seen = Math.max(0, Math.floor(scrollTop / rowHeight));
  // Moves in steps, so that not every pixel scrolled gives other rows.
  const first = Math.max(0, Math.min(Math.floor(seen / 10) * 10 - beyond, count));
  const wanted = seen + Math.ceil(height / rowHeight) + beyond + 10 - first;
  const last = Math.min(count, first + Math.min(wanted, most));
  return { first, last, before: first * rowHeight, after: (count - last) * rowHeight };
}
