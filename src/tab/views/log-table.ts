import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { App } from '../app.ts';
import type { LiveList } from '../data/live-list.ts';
import type { LogName } from '../data/live-log.ts';
import type { ListRow } from '../data/row-merging.ts';
import { showsSeveral } from '../data/shown-registries.ts';
import { visible } from '../text/visible.ts';
import type { RowWindow } from './row-window.ts';
import { lengthsStyle, tableHead } from './table-head.ts';

interface NumberedRow extends ListRow {
  readonly seq: number;
}

interface LogTable<Row extends NumberedRow> {
  readonly list: LiveList<Row>;
  readonly window: RowWindow;
  readonly name: LogName;
  /** Those after the ID; the registry's is left out while there is one only. */
  readonly columns: readonly string[];
  /** The longest texts of the columns, in characters. */
  readonly lengths: Readonly<Record<string, number>>;
  readonly cells: (row: Row) => TemplateResult;
  readonly open: (row: Row) => void;
}

/** The rows of a long list of which some are in the page; a click anywhere on a row opens it. */
export function logTable<Row extends NumberedRow>(app: App, table: LogTable<Row>): TemplateResult {
  const { text } = app;
  const { rows, status, complete } = table.list;
  const { first, last, before, after } = table.window.range(rows.map(({ id }) => id));
  const columns = ['id', ...table.columns.filter((column) => column !== 'registry' || showsSeveral(app))];
  return html`<div class="nrp-scroll" tabindex="-1" @scroll=${table.window.scrolled}>
    <div style="padding-top:${before}px;padding-bottom:${after}px">
      <table
        class="nrp-table nrp-log nrp-${table.name}"
        style=${lengthsStyle(app, columns, { id: String(rows[0]?.seq ?? '').length, ...table.lengths })}
        aria-busy=${String(status === 'loading')}
        aria-rowcount=${complete ? rows.length + 1 : -1}
        @keydown=${table.window.pressed}
        @focusin=${table.window.focused}
      >
        <caption>${text(`${table.name}.caption`)}</caption>
        ${tableHead(app, columns)}
        <tbody>
          ${repeat(
            rows.slice(first, last),
            ({ id }) => id,
            (row, index) => {
              const label = text(`${table.name}.open`, { id: row.seq });
              const open = (event: MouseEvent) => openFrom(event, () => table.open(row));
              return html`<tr aria-rowindex=${first + index + 2} @click=${open}>${idCell(table.window, row, label)}${table.cells(row)}</tr>`;
            },
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
function idCell(window: RowWindow, { id, seq }: NumberedRow, label: string): TemplateResult {
  return html`<td class="nrp-c-id">
    <button type="button" class="nrp-link" data-row=${id} tabindex=${window.tabIndexOf(id)} aria-label=${label} title=${id}>${seq}</button>
  </td>`;
}

export function registryCell(app: App, { registry }: ListRow): TemplateResult | typeof nothing {
  return showsSeveral(app) ? textCell('registry', visible(app.registries.nameOf(registry))) : nothing;
}

/** How long ago, or where there is room for it, when; the more room, the more of it. */
export function timeCell({ formats }: App, at: string): TemplateResult {
  const now = Date.now();
  const [ago, brief, full] = [formats.relative(at, now), formats.brief(at, now), formats.absolute(at)];
  return html`<td class="nrp-c-date">
    <time datetime=${at} title=${`${full} (${ago})`}
      ><span class="nrp-ago">${ago}</span><span class="nrp-brief">${brief}</span><span class="nrp-full">${full}</span></time>
  </td>`;
}

/** What stands in a time's column, for its width: in brief, and in full. */
export function timeTexts({ formats }: App, at: string | null): Record<'date' | 'full', string> {
  if (!at) return { date: '', full: '' };
  return { date: formats.brief(at, Date.now()), full: formats.absolute(at) };
}

/** A text on one line; all of it is in the tooltip. */
export function textCell(column: string, shown: string, title = shown): TemplateResult {
  return html`<td class="nrp-c-${column}" title=${title}>${shown}</td>`;
}
