import type { TemplateResult } from 'lit';
import { type EventFilter, queryOf } from '../data/filters.ts';
import { eventKind } from '../data/log-kinds.ts';
import type { EventLogRow } from '../data/shapes.ts';
import { visible } from '../text/visible.ts';
import { type Column, registryColumn } from './columns.ts';
import { exportButton } from './export-button.ts';
import { dateColumn } from './log-columns.ts';
import { LogView } from './log-view.ts';
import { eventMark } from './marks.ts';
import { eventFields } from './search-fields.ts';
import { define } from './view.ts';

/** The events that came in, and what became of each. */
class EventsView extends LogView<EventLogRow, EventFilter> {
  protected override readonly kind = eventKind;

  protected override get search() {
    return { box: 'objectId', boxLabel: this.t('column.object'), fields: eventFields(this.app) } as const;
  }

  protected override actions(): TemplateResult {
    return exportButton(this.app, 'events', () => queryOf(this.app.navigation.events.fields));
  }

  protected override get columns(): readonly Column<EventLogRow>[] {
    const { app } = this;
    return [
      {
        name: 'status',
        text: ({ status }) => this.t(`eventStatus.${status}`),
        content: ({ status }) => eventMark(app, status),
      },
      registryColumn(app),
      dateColumn(app, ({ acceptedAt }) => acceptedAt),
      { name: 'event', text: ({ eventType }) => eventType },
      { name: 'object', text: ({ objectId }) => visible(objectId) },
    ];
  }

  protected override open({ registry, id }: EventLogRow): void {
    this.app.details.event(registry, id);
  }
}

define('nrp-events', EventsView);
