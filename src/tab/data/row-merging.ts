export interface ListRow {
  readonly id: string;
  readonly registry: string;
}

type Compare<Row> = (a: Row, b: Row) => number;

/** A sorted list with further rows in it; a row that is known is replaced. */
export function withRows<Row extends ListRow>(
  known: readonly Row[],
  more: readonly Row[],
  compare: Compare<Row>,
): Row[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  for (const row of more) byId.set(row.id, row);
  return [...byId.values()].sort(compare);
}

/** Whether rows may stand between the newest of what is known and the oldest of a first page read later. */
export function leavesGap<Row extends ListRow>(
  known: readonly Row[],
  head: readonly Row[],
  compare: Compare<Row>,
): boolean {
  const [newest] = known;
  const oldest = head.at(-1);
  return newest !== undefined && oldest !== undefined && compare(newest, oldest) > 0;
}

/**
 * A list brought up to date by its first page, read anew without a gap (see `leavesGap`): what the page spans is as
 * it says, what is older stays. `all`: the page is the whole list.
 */
export function withHead<Row extends ListRow>(
  known: readonly Row[],
  head: readonly Row[],
  all: boolean,
  compare: Compare<Row>,
): Row[] {
  const oldest = head.at(-1);
  if (all) return [...head];
  if (oldest === undefined) return [...known];
  return withRows(
    known.filter((row) => compare(row, oldest) > 0),
    head,
    compare,
  );
}
