import { html, type TemplateResult } from 'lit';
import type { App } from '../app.ts';

/** The names of a table's columns. */
export function tableHead({ text }: App, columns: readonly string[]): TemplateResult {
  return html`<thead>
    <tr>${columns.map((column) => html`<th scope="col" class="nrp-c-${column}">${text(`column.${column}`)}</th>`)}</tr>
  </thead>`;
}

/** How long columns are, their names included, as the style's variables `--nrp-<column>`; other lengths as they are. */
export function lengthsStyle(
  { text }: App,
  columns: readonly string[],
  lengths: Readonly<Record<string, number>>,
): string {
  const names = Object.fromEntries(columns.map((column) => [column, text(`column.${column}`).length]));
  return Object.keys({ ...names, ...lengths })
    .map((name) => `--nrp-${name}:${Math.max(names[name] ?? 0, lengths[name] ?? 0)}`)
    .join(';');
}
