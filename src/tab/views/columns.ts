import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { visible } from '../text/visible.ts';

/** A column of a table: what it says of a row, in words that tell how wide it has to be. */
export interface Column<Row> {
  readonly name: string;
  readonly text: (row: Row) => string;
  /** What the cell shows in place of the text. */
  readonly content?: (row: Row) => TemplateResult | typeof nothing;
  /** Its tooltip; without it the text itself, where that is shown. */
  readonly title?: (row: Row) => string;
  readonly tone?: (row: Row) => string;
  /** Longer and shorter forms of the text, by the names under which the style knows their lengths. */
  readonly forms?: Readonly<Record<string, (row: Row) => string>>;
}

/** The names of a table's columns. */
export function tableHead<Row>({ text }: App, columns: readonly Column<Row>[]): TemplateResult {
  return html`<thead>
    <tr>${columns.map(({ name }) => html`<th scope="col" class="nrp-c-${name}">${text(`column.${name}`)}</th>`)}</tr>
  </thead>`;
}

export function cells<Row>(columns: readonly Column<Row>[], row: Row): readonly TemplateResult[] {
  return columns.map(
    ({ name, text, content, title = content ? undefined : text, tone }) =>
      html`<td class="nrp-c-${name} ${tone?.(row) ?? ''}" title=${title?.(row) ?? nothing}>${content ? content(row) : text(row)}</td>`,
  );
}

/** All texts of a row by their columns, and their other forms. */
export function textsOf<Row>(columns: readonly Column<Row>[], row: Row): Record<string, string> {
  const texts = columns.flatMap(({ name, text, forms = {} }) => Object.entries({ [name]: text, ...forms }));
  return Object.fromEntries(texts.map(([name, text]) => [name, text(row)]));
}

/** How long columns are, their names included, as the style's variables `--nrp-<column>`; other forms as they are. */
export function lengthsStyle<Row>(
  { text }: App,
  columns: readonly Column<Row>[],
  lengths: Readonly<Record<string, number>>,
): string {
  const names = Object.fromEntries(columns.map(({ name }) => [name, text(`column.${name}`).length]));
  return Object.keys({ ...names, ...lengths })
    .map((name) => `--nrp-${name}:${Math.max(names[name] ?? 0, lengths[name] ?? 0)}`)
    .join(';');
}

export function registryColumn({ registries }: App): Column<{ readonly registry: string }> {
  return { name: 'registry', text: ({ registry }) => visible(registries.nameOf(registry)) };
}
