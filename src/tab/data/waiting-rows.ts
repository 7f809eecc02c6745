import type { ListRow } from './list-search.ts';

/** New rows that wait to be let in: so many of them are kept, and of more it is known that they are there. */
export class WaitingRows<Row extends ListRow> {
  readonly #most: number;
  readonly #rows = new Map<string, Row>();
  /** Whether more wait than are kept. */
  overflown = false;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#rows.size;
  }

  get all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** @returns whether there was room for it */
  add(row: Row): boolean {
    const fits = this.#rows.size < this.#most || this.#rows.has(row.id);
    if (fits) this.#rows.set(row.id, row);
    else this.overflown = true;
    return fits;
  }

  drop(id: string): void {
    this.#rows.delete(id);
  }

  /** @returns them; none waits any more */
  release(): readonly Row[] {
    const rows = this.all;
    this.#rows.clear();
    this.overflown = false;
    return rows;
  }
}
