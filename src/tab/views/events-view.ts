import { html, nothing, type TemplateResult } from 'lit';
import { type EventFilter, queryOf } from '../data/filters.ts';
import { eventKind } from '../data/log-kinds.ts';
import { RunningReplays } from '../data/running-replays.ts';
import type { EventLogRow } from '../data/shapes.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { visible } from '../text/visible.ts';
import { type Column, registryColumn } from './columns.ts';
import { showEventReplay } from './event-replay-dialog.ts';
import { exportButton } from './export-button.ts';
import { conditionsOf } from './filter-chips.ts';
import { dateColumn } from './log-columns.ts';
import { LogView } from './log-view.ts';
import { eventMark } from './marks.ts';
import { wordButton } from './parts.ts';
import './replay-progress.ts';
import { eventFields } from './search-fields.ts';
import { define, lazy } from './view.ts';

/** The events that came in, and what became of each. */
class EventsView extends LogView<EventLogRow, EventFilter> {
  readonly #replays = lazy(() => new RunningReplays(this.app));
  protected override readonly kind = eventKind;

  protected override get search() {
    return { box: 'objectId', boxLabel: this.t('column.object'), fields: eventFields(this.app) } as const;
  }

  protected override actions(): TemplateResult {
    const { app } = this;
    const query = () => queryOf(app.navigation.events.fields);
    const replay = () => {
      const filter = this.kind.filterOf(app.navigation);
      const conditions = conditionsOf(app, { ...this.search, filter });
      showEventReplay(app, { query: query(), conditions, registries: shownRegistries(app) });
    };
    return html`<span class="button-group nrp-worded">
      ${exportButton(app, 'events', query)}
      ${app.mayWrite ? wordButton({ icon: 'fa-history', label: this.t('log.replay'), folds: true, act: replay }) : nothing}
    </span>`;
  }

  protected override progress(): TemplateResult {
    return html`<nrp-replay-progress .app=${this.app} .replays=${this.#replays()}></nrp-replay-progress>`;
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
