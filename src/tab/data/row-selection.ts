import type { ListRow } from './list-search.ts';
import { Observable } from './observable.ts';

/** Rows that one request of the API can name. */
export const mostSelected = 500;

/**
 * The rows that are to be worked on, by their ids, wherever they stand and whether or not they are loaded. A range
 * goes from its anchor, the row that was chosen last, to where it is drawn, and follows when it is drawn elsewhere.
 */
export class RowSelection<Row extends ListRow> extends Observable {
  readonly #chosen = new Map<string, Row>();
  /** Rows that the present range alone has chosen. */
  #ranged: readonly string[] = [];
  #anchor = '';
  #end = '';

  get size(): number {
    return this.#chosen.size;
  }

  /** As they were when they were chosen. */
  get rows(): readonly Row[] {
    return [...this.#chosen.values()];
  }

  has(id: string): boolean {
    return this.#chosen.has(id);
  }

  toggle(row: Row): void {
    if (!this.#chosen.delete(row.id)) this.#chosen.set(row.id, row);
    this.#anchorAt(row.id);
    this.changed();
  }

  /**
   * Draws a range among these rows.
   * @param to id of the row where it ends
   * @param from id of the row that the keyboard comes from: where the range does not end there, another one begins
   */
  extend(rows: readonly Row[], to: string, from = this.#end): void {
    if (from !== this.#end) this.#anchorAt(from);
    const at = rows.findIndex(({ id }) => id === to);
    const anchor = rows.findIndex(({ id }) => id === this.#anchor);
    if (at < 0) return;
    if (anchor < 0) this.#anchorAt(to);
    const [first, last] = anchor < 0 ? [at, at] : [Math.min(at, anchor), Math.max(at, anchor)];
    for (const id of this.#ranged) this.#chosen.delete(id);
    const further = rows.slice(first, last + 1).filter(({ id }) => !this.#chosen.has(id));
    for (const row of further) this.#chosen.set(row.id, row);
    this.#ranged = further.map(({ id }) => id);
    this.#end = to;
    this.changed();
  }

  /** Chooses all of these too. */
  add(rows: readonly Row[]): void {
    for (const row of rows) if (!this.#chosen.has(row.id)) this.#chosen.set(row.id, row);
    this.#anchorAt('');
    this.changed();
  }

  clear(): void {
    this.#chosen.clear();
    this.#anchorAt('');
    this.changed();
  }

  /** What the range before it has chosen stays. */
  #anchorAt(id: string): void {
    this.#ranged = [];
    this.#anchor = id;
    this.#end = id;
  }
}
