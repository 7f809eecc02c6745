import { html, nothing, type TemplateResult } from 'lit';
import { askedFields, everyExecution, type LogFilter } from '../data/filters.ts';
import { LiveLog } from '../data/live-log.ts';
import { executionKind } from '../data/log-kinds.ts';
import type { LogRow } from '../data/shapes.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { oneLine, visible } from '../text/visible.ts';
import { listFooter, listState } from './list-state.ts';
import { logActions } from './log-actions.ts';
import { idCell, logTable, textCell, timeCell } from './log-table.ts';
import { executionMark } from './marks.ts';
import { openExecution } from './open.ts';
import { pauseButton } from './pause-button.ts';
import { RowWindow } from './row-window.ts';
import { searchBar } from './search-bar.ts';
import { logFields } from './search-fields.ts';
import { define, View, Watch } from './view.ts';

const columns = ['id', 'status', 'date', 'event', 'handler', 'object', 'response', 'duration'];

/** The execution log. */
class ExecutionsView extends View {
  #log: LiveLog<LogRow> | undefined;
  #searching = false;
  readonly #window = new RowWindow(this, (atTop, atEnd) => {
    this.#live.list.atTop = atTop;
    if (atEnd) void this.#live.list.more();
  });

  constructor() {
    super();
    new Watch(this, () => [this.#live.list, this.app.navigation]);
  }

  get #live(): LiveLog<LogRow> {
    this.#log ??= new LiveLog(this.app, executionKind);
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
    const clear = () => navigation.searchLog(everyExecution);
    const asked = askedFields(navigation.log);
    return html`${searchBar<LogFilter>(app, {
      filter: navigation.log,
      box: 'text',
      boxLabel: this.t('search.log'),
      fields: logFields(app),
      open: this.#searching,
      toggle: () => {
        this.#searching = !this.#searching;
        this.requestUpdate();
      },
      asked,
      search: (change) => navigation.searchLog({ ...navigation.log, ...change }),
      clear,
      problem: list.status === 'failed' ? (list.problem as Error).message : undefined,
      beside: html`${pauseButton(app, list)}${logActions(app)}`,
    })}
    ${
      list.rows.length > 0
        ? logTable<LogRow>(app, {
            list,
            window: this.#window,
            name: 'executions',
            columns: this.#several ? columns.toSpliced(2, 0, 'registry') : columns,
            cells: (row) => this.#cells(row),
            open: ({ registry, id }) => openExecution(app, registry, id),
          })
        : listState(app, list, { words: 'executions', searched: asked > 0, clear })
    }
    ${listFooter(app, list, { words: 'executions' })}`;
  }

  get #several(): boolean {
    return shownRegistries(this.app).length > 1;
  }

  #cells(row: LogRow): TemplateResult {
    const { formats, registries } = this.app;
    const { handler, target } = row;
    const name = visible(handler.name || handler.id);
    const answer = oneLine(row.error ?? row.response ?? '');
    return html`${idCell(this.#window, row, this.t('executions.open', { id: row.seq }))}
      <td class="nrp-c-status">${executionMark(this.app, row)}</td>
      ${this.#several ? textCell('registry', visible(registries.nameOf(row.registry))) : nothing}
      ${timeCell(this.app, row.startedAt ?? '')}
      ${textCell('event', row.eventType)}
      ${textCell('handler', name, `#${handler.number} ${name}${target ? ` → ${visible(target)}` : ''}`)}
      ${textCell('object', visible(row.objectId))}
      ${textCell(row.error === null ? 'response' : 'response nrp-error', answer)}
      <td class="nrp-c-duration">${formats.duration(row.durationMs)}</td>`;
  }
}

define('nrp-executions', ExecutionsView);
