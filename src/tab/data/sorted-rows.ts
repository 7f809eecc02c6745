interface Identified {
  readonly id: string;
}

/** Rows in their order, each once. */
export class SortedRows<Row extends Identified> {
  readonly #compare: (a: Row, b: Row) => number;
  #all: readonly Row[] = [];
  #byId = new Map<string, Row>();

  constructor(compare: (a: Row, b: Row) => number) {
    this.#compare = compare;
  }

  get all(): readonly Row[] {
    return this.#all;
  }

  get(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  /** These in the place of all. @param rows in their order */
  begin(rows: readonly Row[]): void {
    this.#all = rows;
    this.#byId = new Map(rows.map((row) => [row.id, row]));
  }

  /** Further rows, each in its place; one that is known is replaced. */
  add(rows: readonly Row[]): void {
    if (rows.length === 0) return;
    const byId = new Map([...this.#all, ...rows].map((row) => [row.id, row]));
    this.begin([...byId.values()].sort(this.#compare));
  }

  /** Those that are known change where they stand. */
  replace(rows: readonly Row[]): void {
    const newer = new Map(rows.map((row) => [row.id, row]));
    if (newer.size > 0) this.begin(this.#all.map((row) => newer.get(row.id) ?? row));
  }

  keep(isKept: (row: Row) => boolean): void {
    this.begin(this.#all.filter(isKept));
  }
}
