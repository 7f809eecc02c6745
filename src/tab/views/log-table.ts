import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { App } from '../app.ts';
import type { LiveList } from '../data/live-list.ts';
import type { ListRow } from '../data/row-merging.ts';
import type { RowWindow } from './row-window.ts';

interface LogTable<Row extends ListRow> {
  readonly list: LiveList<Row>;
  readonly window: RowWindow;
  readonly name: 'executions' | 'events';
  readonly columns: readonly string[];
  readonly cells: (row: Row) => TemplateResult;
  readonly open: (row: Row) => void;
}

/** The rows of a long list of which some are in the page; a click anywhere on a row opens it. */
export function logTable<Row extends ListRow>({ text }: App, table: LogTable<Row>): TemplateResult {
  const { rows, status, complete } = table.list;
  const { first, last, before, after } = table.window.range(rows.map(({ id }) => id));
  const several = table.columns.includes('registry');
  return html`<div class="nrp-scroll" tabindex="-1" @scroll=${table.window.scrolled}>
    <div style="padding-top:${before}px;padding-bottom:${after}px">
      <table
        class="nrp-table nrp-${table.name} ${several ? 'nrp-several' : ''}"
        aria-busy=${String(status === 'loading')}
        aria-rowcount=${complete ? rows.length + 1 : -1}
        @keydown=${table.window.pressed}
        @focusin=${table.window.focused}
      >
        <caption>${text(`${table.name}.caption`)}</caption>
        <thead>
          <tr>
            ${table.columns.map((column) => html`<th scope="col" class="nrp-c-${column}">${text(`column.${column}`)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows.slice(first, last),
            ({ id }) => id,
            (row, index) =>
              html`<tr aria-rowindex=${first + index + 2} @click=${(event: MouseEvent) => openFrom(event, () => table.open(row))}>${table.cells(row)}</tr>`,
          )}
        </tbody>
      </table>
    </div>
  </div>`;
}

/** Opens a row from its button, to which the focus comes back. */
function openFrom({ currentTarget }: MouseEvent, open: () => void): void {
  (currentTarget as Element).querySelector<HTMLElement>('[data-row]')?.focus({ preventScroll: true });
  open();
}

/** The cell whose button opens the row; the keyboard moves among these. */
export function idCell(
  window: RowWindow,
  { id, seq }: { readonly id: string; readonly seq: number },
  label: string,
): TemplateResult {
  return html`<td class="nrp-c-id">
    <button type="button" class="nrp-link" data-row=${id} tabindex=${window.tabIndexOf(id)} aria-label=${label} title=${id}>${seq}</button>
  </td>`;
}

export function timeCell({ formats }: App, at: string): TemplateResult {
  return html`<td class="nrp-c-date">
    <time datetime=${at} title=${formats.absolute(at)}>${formats.relative(at, Date.now())}</time>
  </td>`;
}

/** A text on one line; all of it is in the tooltip. */
export function textCell(column: string, shown: string, title = shown): TemplateResult {
  return html`<td class="nrp-c-${column}" title=${title}>${shown}</td>`;
}
