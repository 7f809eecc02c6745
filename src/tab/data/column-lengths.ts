/**
 * How long the texts of each column are at most, in characters, so that a column is as wide as what is in it. All rows
 * count, shown or not: columns that follow what is shown would jump while one scrolls.
 */
export class ColumnLengths<Row extends object> {
  readonly #textsOf: (row: Row) => Readonly<Record<string, string>>;
  readonly #known = new WeakMap<Row, readonly (readonly [column: string, length: number])[]>();

  constructor(textsOf: (row: Row) => Readonly<Record<string, string>>) {
    this.#textsOf = textsOf;
  }

  of(rows: readonly Row[]): Record<string, number> {
    const longest: Record<string, number> = {};
    for (const row of rows) {
      for (const [column, length] of this.#lengthsOf(row)) {
        if (length > (longest[column] ?? 0)) longest[column] = length;
      }
    }
    return longest;
  }

  #lengthsOf(row: Row): readonly (readonly [string, number])[] {
    const known = this.#known.get(row);
    if (known) return known;
    const lengths = Object.entries(this.#textsOf(row)).map(
      ([column, { length }]) => [column, length] as const,
    );
    this.#known.set(row, lengths);
    return lengths;
  }
}
