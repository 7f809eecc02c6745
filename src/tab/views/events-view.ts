import { html, type TemplateResult } from 'lit';
import type { EventFilter } from '../data/filters.ts';
import { eventKind } from '../data/log-kinds.ts';
import type { EventLogRow } from '../data/shapes.ts';
import { visible } from '../text/visible.ts';
import { registryCell, textCell, timeCell, timeTexts } from './log-table.ts';
import { LogView } from './log-view.ts';
import { eventMark } from './marks.ts';
import { eventFields } from './search-fields.ts';
import { define } from './view.ts';

/** The events that came in, and what became of each. */
class EventsView extends LogView<EventLogRow, EventFilter> {
  protected override readonly kind = eventKind;
  protected override readonly columns = ['status', 'registry', 'date', 'event', 'object'];

  protected override get search() {
    return { box: 'objectId', boxLabel: this.t('column.object'), fields: eventFields(this.app) } as const;
  }

  protected override texts(row: EventLogRow): Readonly<Record<string, string>> {
    const { app } = this;
    return {
      status: app.text(`eventStatus.${row.status}`),
      registry: visible(app.registries.nameOf(row.registry)),
      ...timeTexts(app, row.acceptedAt),
      event: row.eventType,
    };
  }

  protected override cells(row: EventLogRow): TemplateResult {
    const { app } = this;
    return html`<td class="nrp-c-status">${eventMark(app, row.status)}</td>
      ${registryCell(app, row)}
      ${timeCell(app, row.acceptedAt)}
      ${textCell('event', row.eventType)}
      ${textCell('object', visible(row.objectId))}`;
  }

  protected override open({ registry, id }: EventLogRow): void {
    this.app.details.event(registry, id);
  }
}

define('nrp-events', EventsView);
