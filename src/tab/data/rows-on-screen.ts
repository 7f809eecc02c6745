import type { Hearsay } from './hearsay.ts';
import type { ListRow, ReadRows } from './list-search.ts';
import type { SortedRows } from './sorted-rows.ts';

/** The rows that can be seen, or nearly so: what is known of them by hearsay only is read. */
export class RowsOnScreen<Row extends ListRow> {
  /** Of the rows. */
  ids: readonly string[] = [];
  readonly #rows: SortedRows<Row>;
  readonly #hearsay: Hearsay;
  #reading = false;

  constructor(rows: SortedRows<Row>, hearsay: Hearsay) {
    this.#rows = rows;
    this.#hearsay = hearsay;
  }

  get all(): readonly Row[] {
    return this.ids.flatMap((id) => this.#rows.get(id) ?? []);
  }

  get doubtful(): readonly Row[] {
    return this.all.filter(({ id }) => this.#hearsay.has(id));
  }

  /**
   * @param asked the moment, on the list's own clock
   * @returns whether all that was asked for was there; undefined when nothing was read
   */
  async confirm(read: ReadRows<Row>, asked: number): Promise<boolean | undefined> {
    const { doubtful } = this;
    if (this.#reading || doubtful.length === 0) return undefined;
    this.#reading = true;
    const parts = [...Map.groupBy(doubtful, ({ registry }) => registry)];
    const answers = await Promise.allSettled(
      parts.map(([registry, rows]) => {
        const ids = rows.map(({ id }) => id);
        return read(registry, ids).then((found) => this.#put(ids, found, asked));
      }),
    );
    this.#reading = false;
    if (answers.some(({ status }) => status === 'rejected')) return undefined;
    return answers.every((answer) => answer.status === 'fulfilled' && answer.value);
  }

  #put(ids: readonly string[], found: readonly Row[], asked: number): boolean {
    this.#rows.replace(found.filter(({ id }) => this.#hearsay.confirm(id, asked)));
    const missing = new Set(ids);
    for (const { id } of found) missing.delete(id);
    for (const id of missing) this.#hearsay.confirm(id, asked);
    return missing.size === 0;
  }
}
