import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { App } from '../app.ts';
import type { LiveList } from '../data/live-list.ts';
import type { LogListRow, LogName } from '../data/live-log.ts';
import { showsSeveral } from '../data/shown-registries.ts';
import { type Column, cells, tableHead } from './columns.ts';
import type { RowWindow } from './row-window.ts';

interface LogTable<Row extends LogListRow> {
  readonly list: LiveList<Row>;
  readonly window: RowWindow;
  readonly name: LogName;
  /** The registry's is left out while there is one only. */
  readonly columns: readonly Column<Row>[];
  /** The longest texts of the columns, in characters. */
  readonly lengths: Readonly<Record<string, number>>;
  readonly open: (row: Row) => void;
}

/** The rows of a long list of which some are in the page; a click anywhere on a row opens it. */
export function logTable<Row extends LogListRow>(app: App, table: LogTable<Row>): TemplateResult {
  const { text } = app;
  const { rows, status, complete } = table.list;
  const { first, last, before, after } = table.window.range(rows.map(({ id }) => id));
  const columns = table.columns.filter(({ name }) => name !== 'registry' || showsSeveral(app));
  return html`<div class="nrp-scroll" tabindex="-1" @scroll=${table.window.scrolled}>
    <div style="padding-top:${before}px;padding-bottom:${after}px">
      <table
        class="nrp-table nrp-log nrp-${table.name}"
        aria-busy=${String(status === 'loading')}
        aria-rowcount=${complete ? rows.length + 1 : -1}
        @keydown=${table.window.pressed}
        @focusin=${table.window.focused}
      >
        <caption class="nrp-hidden">${text(`${table.name}.caption`)}</caption>
        ${tableHead(app, columns, table.lengths)}
        <tbody>
          ${repeat(
            rows.slice(first, last),
            ({ id }) => id,
            (row, index) => {
              const open = (event: MouseEvent) => openFrom(event, () => table.open(row));
              return html`<tr aria-rowindex=${first + index + 2} @click=${open}>${cells(columns, row)}</tr>`;
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

/** The column whose buttons open the rows; the keyboard moves among these. */
export function idColumn({ text }: App, window: RowWindow, name: LogName): Column<LogListRow> {
  return {
    name: 'id',
    text: ({ seq }) => String(seq),
    content: ({ id, seq }) =>
      html`<button type="button" class="nrp-link" data-row=${id} tabindex=${window.tabIndexOf(id)} aria-label=${text(`${name}.open`, { id: seq })} title=${id}>${seq}</button>`,
  };
}

/** How long ago, or where there is room for it, when; the more room, the more of it. */
export function dateColumn<Row>({ formats }: App, timeOf: (row: Row) => string | null): Column<Row> {
  const written = (write: (at: string) => string) => (row: Row) => {
    const at = timeOf(row);
    return at ? write(at) : '';
  };
  return {
    name: 'date',
    text: written((at) => formats.brief(at, Date.now())),
    other: written((at) => formats.absolute(at)),
    content: (row) => {
      const at = timeOf(row);
      if (!at) return nothing;
      const now = Date.now();
      const [ago, brief, full] = [formats.relative(at, now), formats.brief(at, now), formats.absolute(at)];
      return html`<time datetime=${at} title=${`${full} (${ago})`}
        ><span class="nrp-ago">${ago}</span><span class="nrp-brief">${brief}</span><span class="nrp-full">${full}</span></time>`;
    },
  };
}
