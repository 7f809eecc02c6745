import { html, nothing, type TemplateResult } from 'lit';
import { askedFields, type EventFilter, everyEvent } from '../data/filters.ts';
import { LiveLog } from '../data/live-log.ts';
import { eventKind } from '../data/log-kinds.ts';
import type { EventLogRow } from '../data/shapes.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { visible } from '../text/visible.ts';
import { listFooter, listState } from './list-state.ts';
import { idCell, logTable, textCell, timeCell } from './log-table.ts';
import { eventMark } from './marks.ts';
import { openEvent } from './open.ts';
import { pauseButton } from './pause-button.ts';
import { RowWindow } from './row-window.ts';
import { searchBar } from './search-bar.ts';
import { eventFields } from './search-fields.ts';
import { define, View, Watch } from './view.ts';

const columns = ['id', 'status', 'date', 'event', 'object'];

/** The events that came in, and what became of each. */
class EventsView extends View {
  #log: LiveLog<EventLogRow> | undefined;
  #searching = false;
  readonly #window = new RowWindow(this, (atTop, atEnd) => {
    this.#live.list.atTop = atTop;
    if (atEnd) void this.#live.list.more();
  });

  constructor() {
    super();
    new Watch(this, () => [this.#live.list, this.app.navigation]);
  }

  get #live(): LiveLog<EventLogRow> {
    this.#log ??= new LiveLog(this.app, eventKind);
    return this.#log;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#live.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#live.stop();
  }

  override render(): TemplateResult {
    const { app } = this;
    const { list } = this.#live;
    const { navigation } = app;
    const clear = () => navigation.searchEvents(everyEvent);
    const asked = askedFields(navigation.events);
    return html`${searchBar<EventFilter>(app, {
      filter: navigation.events,
      box: 'objectId',
      boxLabel: this.t('column.object'),
      fields: eventFields(app),
      open: this.#searching,
      toggle: () => {
        this.#searching = !this.#searching;
        this.requestUpdate();
      },
      asked,
      search: (change) => navigation.searchEvents({ ...navigation.events, ...change }),
      clear,
      problem: list.status === 'failed' ? (list.problem as Error).message : undefined,
      beside: pauseButton(app, list),
    })}
    ${
      list.rows.length > 0
        ? logTable<EventLogRow>(app, {
            list,
            window: this.#window,
            name: 'events',
            columns: this.#several ? columns.toSpliced(2, 0, 'registry') : columns,
            cells: (row) => this.#cells(row),
            open: ({ registry, id }) => openEvent(app, registry, id),
          })
        : listState(app, list, { words: 'events', searched: asked > 0, clear })
    }
    ${listFooter(app, list, { words: 'events' })}`;
  }

  get #several(): boolean {
    return shownRegistries(this.app).length > 1;
  }

  #cells(row: EventLogRow): TemplateResult {
    const { registries } = this.app;
    return html`${idCell(this.#window, row, this.t('events.open', { id: row.seq }))}
      <td class="nrp-c-status">${eventMark(this.app, row.status)}</td>
      ${this.#several ? textCell('registry', visible(registries.nameOf(row.registry))) : nothing}
      ${timeCell(this.app, row.acceptedAt)}
      ${textCell('event', row.eventType)}
      ${textCell('object', visible(row.objectId))}`;
  }
}

define('nrp-events', EventsView);
