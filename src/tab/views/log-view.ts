import { html, nothing, type TemplateResult } from 'lit';
import { LiveLog, type LogKind } from '../data/live-log.ts';
import type { EventLogRow, LogRow } from '../data/shapes.ts';
import { type Column, ColumnLengths } from './columns.ts';
import { listFooter, listState } from './list-state.ts';
import { idColumn, logTable } from './log-table.ts';
import { problemOf } from './notices.ts';
import { pauseButton } from './pause-button.ts';
import { RowWindow } from './row-window.ts';
import { type SearchBar, searchBar } from './search-bar.ts';
import { lazy, View, Watch } from './view.ts';

/** One of the API's lists: searched, live, loaded as one scrolls; each row is a way to its details. */
export abstract class LogView<Row extends LogRow | EventLogRow, F extends object> extends View {
  protected abstract readonly kind: LogKind<Row, F>;
  readonly #live = lazy(() => new LiveLog<Row>(this.app, this.kind));
  #searching = false;
  readonly #columns = lazy(() => [idColumn(this.app, this.#window, this.kind.route), ...this.columns]);
  readonly #lengths = new ColumnLengths<Row>(this.#columns);
  readonly #window = new RowWindow(this, (atTop, atEnd) => {
    this.#live().list.atTop = atTop;
    if (atEnd) void this.#live().list.more();
  });

  constructor() {
    super();
    new Watch(this, () => [this.#live(), this.#live().list, this.app.navigation]);
  }

  /** What can be searched for. */
  protected abstract get search(): Pick<SearchBar<F>, 'box' | 'boxLabel' | 'fields'>;

  /** Those after the ID. */
  protected abstract get columns(): readonly Column<Row>[];

  /** Shows a row's details. */
  protected abstract open(row: Row): void;

  /** What can be done with all that the search finds. */
  protected actions(): TemplateResult | typeof nothing {
    return nothing;
  }

  /** What goes on with the rows, above them. */
  protected progress(): TemplateResult | typeof nothing {
    return nothing;
  }

  override render(): TemplateResult {
    const { app, kind } = this;
    const { list } = this.#live();
    const filter = kind.filterOf(app.navigation);
    return html`${searchBar<F>(app, {
      ...this.search,
      filter,
      open: this.#searching,
      toggle: () => {
        this.#searching = !this.#searching;
        this.requestUpdate();
      },
      problem: list.status === 'failed' ? problemOf(app, list.problem) : undefined,
      beside: html`${pauseButton(app, list)}${this.actions()}`,
    })}
    ${this.progress()}
    ${
      list.rows.length > 0
        ? logTable<Row>(app, {
            list,
            window: this.#window,
            name: kind.route,
            columns: this.#columns(),
            lengths: this.#lengths.of(list.rows),
            open: (row) => this.open(row),
          })
        : listState(app, kind.route, list, filter)
    }
    ${listFooter(app, kind.route, list)}`;
  }
}
