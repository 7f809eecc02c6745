import { html, nothing } from 'lit';
import type { App } from '../app.ts';
import type { LogName } from '../data/live-log.ts';
import type { EventLogRow, LogRow } from '../data/shapes.ts';
import type { Column } from './columns.ts';
import type { RowWindow } from './row-window.ts';

/** The column whose buttons open the rows; the keyboard moves among these. */
export function idColumn({ text }: App, window: RowWindow, name: LogName): Column<LogRow | EventLogRow> {
  return {
    name: 'id',
    text: ({ seq }) => String(seq),
    content: ({ id, seq }) => {
      const label = text(`${name}.open`, { id: seq });
      return html`<button type="button" class="nrp-link" data-row=${id} tabindex=${window.tabIndexOf(id)} aria-label=${label} title=${`${label}\n${id}`}>${seq}</button>`;
    },
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
        ><span class="nrp-ago">${formats.relative(at, now, 'narrow')}</span><span class="nrp-brief">${brief}</span><span class="nrp-full">${full}</span></time>`;
    },
  };
}
