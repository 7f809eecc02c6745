import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { visible } from '../text/visible.ts';

/** A column of a table: what it says of a row, in words that tell how wide it has to be. */
export interface Column<Row> {
  readonly name: string;
  readonly text: (row: Row) => string;
  /** What stands above the column in place of its name. */
  readonly head?: () => TemplateResult;
  /** What the cell shows in place of the text. */
  readonly content?: (row: Row) => TemplateResult | typeof nothing;
  /** Its tooltip; without it the text itself, where that is shown. */
  readonly title?: (row: Row) => string;
  readonly tone?: (row: Row) => string;
  /** The longer or shorter form of the text that shows where the table is wider or narrower. */
  readonly other?: (row: Row) => string;
}

/**
 * The names of a table's columns. As the style's variables, each tells how long its texts are at most, its name
 * included, and how long they are in the other form.
 * @param lengths of the texts, in characters
 */
export function tableHead<Row>(
  { text }: App,
  columns: readonly Column<Row>[],
  lengths: Readonly<Record<string, number>>,
): TemplateResult {
  const heads = columns.map(({ name, head }) => {
    const title = text(`column.${name}`);
    const length = Math.max(title.length, lengths[name] ?? 0);
    const own = ['ch', 'room', 'most'].map((part) => `--nrp-${part}:var(--nrp-${part}-${name})`);
    const style = [`--nrp-length:${length}`, `--nrp-other:${lengths[otherOf(name)] ?? 0}`, ...own].join(';');
    return html`<th scope="col" class="nrp-c-${name}" style=${style}>${head?.() ?? title}</th>`;
  });
  return html`<thead><tr>${heads}</tr></thead>`;
}

export function cells<Row>(columns: readonly Column<Row>[], row: Row): readonly TemplateResult[] {
  return columns.map(({ name, text, content, title, tone }) => {
    const shown = content ? content(row) : text(row);
    const hint = title ? title(row) : content ? nothing : shown;
    return html`<td class=${`nrp-c-${name} ${tone?.(row) ?? ''}`} title=${hint}>${shown}</td>`;
  });
}

/**
 * How long the texts of each column are at most, in characters, so that a column is as wide as what is in it. All rows
 * count, shown or not: columns that follow what is shown would jump while one scrolls.
 */
export class ColumnLengths<Row extends object> {
  readonly #columns: () => readonly Column<Row>[];
  readonly #known = new WeakMap<Row, readonly (readonly [name: string, length: number])[]>();

  constructor(columns: () => readonly Column<Row>[]) {
    this.#columns = columns;
  }

  of(rows: readonly Row[]): Record<string, number> {
    const longest: Record<string, number> = {};
    for (const row of rows) {
      for (const [name, length] of this.#lengthsOf(row)) {
        if (length > (longest[name] ?? 0)) longest[name] = length;
      }
    }
    return longest;
  }

  #lengthsOf(row: Row): readonly (readonly [string, number])[] {
    const known = this.#known.get(row);
    if (known) return known;
    const lengths = this.#columns().flatMap(({ name, text, other }) => [
      [name, text(row).length] as const,
      ...(other ? [[otherOf(name), other(row).length] as const] : []),
    ]);
    this.#known.set(row, lengths);
    return lengths;
  }
}

const otherOf = (name: string): string => `${name} otherwise`;

export function registryColumn({ registries }: App): Column<{ readonly registry: string }> {
  return { name: 'registry', text: ({ registry }) => visible(registries.nameOf(registry)) };
}
