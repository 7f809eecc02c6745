import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isReversed } from '../data/filters.ts';
import type { LiveList } from '../data/live-list.ts';
import { LiveLog, type LogKind } from '../data/live-log.ts';
import { lostOf } from '../data/lost-rows.ts';
import { Pace } from '../data/pace.ts';
import type { RowSelection } from '../data/row-selection.ts';
import type { EventLogRow, LogRow } from '../data/shapes.ts';
import { shownRegistries, showsSeveral } from '../data/shown-registries.ts';
import { type Column, ColumnLengths, cells, tableHead } from './columns.ts';
import { emptyState, examplesButton, failedState, noneFound, sourceNote } from './empty-state.ts';
import type { Command } from './keys.ts';
import { liveState, waitingWords } from './live-state.ts';
import { idColumn } from './log-columns.ts';
import { problemOf } from './notices.ts';
import { Occupancy } from './occupancy.ts';
import { waitNote } from './parts.ts';
import { pauseButton, togglePause } from './pause-button.ts';
import { replayRow } from './replay-row.ts';
import { type Choice, choiceColumn, chooseByClick, chooseByKey, countWords } from './row-choice.ts';
import { RowWindow } from './row-window.ts';
import type { Search } from './search.ts';
import { searchBar } from './search-bar.ts';
import { lazy, View, Watch } from './view.ts';

/** Ms between two of the words that are said about rows that wait. */
const betweenWords = 10_000;

/** One of the API's lists: searched, live, loaded as one scrolls; each row is a way to its details. */
export abstract class LogView<Row extends LogRow | EventLogRow, F extends object> extends View {
  protected abstract readonly kind: LogKind<Row, F>;
  readonly #live = lazy(() => new LiveLog<Row>(this.app, this.kind));
  #searching = false;
  readonly #columns = lazy(() => [
    ...(this.choice ? [choiceColumn(this.app, this.#window, this.choice)] : []),
    idColumn(this.app, this.#window, this.kind.route),
    ...this.columns,
  ]);
  readonly #lengths = new ColumnLengths<Row>(this.#columns);
  readonly #window = new RowWindow(
    this,
    (atTop, atEnd) => {
      this.#live().list.atTop = atTop;
      if (atEnd) void this.#live().list.more();
    },
    (to, from) => this.#drawRange(to, from),
  );

  /** Of new rows that wait it is said that they do, not each time that they become more. */
  readonly #saying = new Pace(() => this.#sayWaiting(), betweenWords);
  #wereWaiting = false;

  constructor() {
    super();
    new Occupancy(this, (occupied) => {
      this.#live().list.occupied = occupied;
    });
    new Watch(this, () => [this.#live(), this.#live().list, this.app.navigation, this.app.registries]);
    new Watch(this, () => (this.selection ? [this.selection] : []), 'at once');
    this.addEventListener('keydown', (event) => {
      if (this.choice) chooseByKey(event, this.app, this.choice);
    });
  }

  /** The rows that are chosen to be worked on; undefined: none can be. */
  protected get selection(): RowSelection<Row> | undefined {
    return undefined;
  }

  /** The same with the rows among which they are chosen. */
  protected get choice(): Choice<Row> | undefined {
    const { selection } = this;
    return selection && { list: this.#live().list, selection };
  }

  #drawRange(to: string, from: string): void {
    const { choice } = this;
    if (!choice) return;
    choice.selection.extend(choice.list.rows, to, from);
    this.app.announcements.say(countWords(this.app, choice));
  }

  /** The chosen rows that the search does not find, as far as is known. */
  protected get lost(): readonly Row[] {
    const { kind, app, selection } = this;
    return lostOf(selection?.rows ?? [], this.#live().list, {
      sources: shownRegistries(app),
      timeOf: (row) => kind.timeOf(row),
      belongs: (row) => kind.belongs(row, app.navigation),
    });
  }

  /** Gives the focus to the rows: what had it goes. */
  protected readonly toRows = (): void => this.#window.takeFocus();

  /** What can be searched for. */
  protected abstract get search(): Pick<Search<F>, 'box' | 'boxLabel' | 'fields'>;

  /** Those after the ID; the registry's is left out while there is one only. */
  protected abstract get columns(): readonly Column<Row>[];

  /** Shows a row's details. */
  protected abstract open(row: Row): void;

  override obey(command: Command): void {
    const { list } = this.#live();
    if (command === 'next') this.#window.step(1);
    if (command === 'previous') this.#window.step(-1);
    if (command === 'pause') togglePause(list);
    if (command === 'renew') void list.letIn().then(() => list.refresh());
    if (command === 'replay') this.#replayActive();
  }

  #replayActive(): void {
    const id = this.#window.active;
    const row = this.#live().list.rows.find((one) => one.id === id);
    const button = this.querySelector<HTMLElement>(`[data-row="${CSS.escape(id ?? '')}"]`);
    if (row && button) replayRow(this.app, this.kind.route, row, button);
  }

  /** What can be done with all that the search finds. */
  protected actions(): TemplateResult | typeof nothing {
    return nothing;
  }

  /** What can be done with the rows that are chosen, below them. */
  protected chosen(): TemplateResult | typeof nothing {
    return nothing;
  }

  /** What goes on with the rows, above them. */
  protected progress(): TemplateResult | typeof nothing {
    return nothing;
  }

  override render(): TemplateResult {
    const { app } = this;
    const { list } = this.#live();
    const search = searchBar<F>(app, {
      ...this.search,
      filter: this.kind.filterOf(app.navigation),
      open: this.#searching,
      toggle: () => {
        this.#searching = !this.#searching;
        this.requestUpdate();
      },
      beside: html`${pauseButton(app, list)}${this.actions()}`,
    });
    return html`${search} ${sourceNote(app, { answer: list.rows, problem: list.problem })} ${this.progress()}
      ${list.rows.length > 0 ? html`${this.#table(list)}${this.chosen()}${this.#footer(list)}` : html`${this.#noRows(list)}${this.chosen()}`}`;
  }

  override updated(): void {
    this.#live().show(this.#window.rendered);
    const isWaiting = this.#live().list.waiting > 0;
    if (isWaiting && !this.#wereWaiting) this.#saying.ask();
    this.#wereWaiting = isWaiting;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#saying.stop();
  }

  #sayWaiting(): void {
    const { list } = this.#live();
    if (list.waiting > 0) this.app.announcements.say(waitingWords(this.app, list));
  }

  /** Lets in the rows that wait, and shows them. @param focus whether the newest takes the focus */
  #letIn(focus: boolean): void {
    this.#window.showNewest(focus);
    void this.#live().list.letIn();
  }

  /** Only some of the rows are in the page; a click anywhere on one opens it. */
  #table({ rows, status, complete }: LiveList<Row>): TemplateResult {
    const { route } = this.kind;
    const { first, last, before, after } = this.#window.range(rows.map(({ id }) => id));
    const columns = this.#columns().filter(({ name }) => name !== 'registry' || showsSeveral(this.app));
    return html`<div
      class="nrp-scroll nrp-rows"
      tabindex="-1"
      @scroll=${this.#window.scrolled}
      @keydown=${this.#window.pressed}
    >
      <div style="padding-top:${before}px;padding-bottom:${after}px">
        <table
          class="nrp-table nrp-log nrp-${route}"
          aria-busy=${String(status === 'loading')}
          aria-rowcount=${complete ? rows.length + 1 : -1}
          @focusin=${this.#window.focused}
        >
          <caption class="nrp-hidden">${this.t(`${route}.caption`)}</caption>
          ${tableHead(this.app, columns, this.#lengths.of(rows))}
          <tbody>
            ${repeat(
              rows.slice(first, last),
              ({ id }) => id,
              (row, index) => {
                const click = (event: MouseEvent) => this.#clicked(event, row);
                return html`<tr aria-rowindex=${first + index + 2} @mousedown=${this.#keepText} @click=${click}>${cells(columns, row)}</tr>`;
              },
            )}
          </tbody>
        </table>
      </div>
    </div>`;
  }

  /** With Shift, rows are chosen and no text. */
  readonly #keepText = (event: MouseEvent): void => {
    if (this.selection && event.shiftKey) event.preventDefault();
  };

  /** Chooses a row, or opens it; the focus stays with, or comes back to, its button. */
  #clicked(event: MouseEvent, row: Row): void {
    const { choice } = this;
    const chosen = choice !== undefined && chooseByClick(event, row, choice);
    // A box that the keyboard has ticked says so itself, as long as it has the focus.
    if (!chosen || event.detail > 0)
      (event.currentTarget as Element)
        .querySelector<HTMLElement>('[data-row]')
        ?.focus({ preventScroll: true });
    if (!chosen) this.open(row);
  }

  /** How much is shown, and whether it is live. */
  #footer(list: LiveList<Row>): TemplateResult {
    const count = this.app.formats.count(list.rows.length) + (list.complete ? '' : '+');
    return html`<div class="nrp-foot nrp-muted">
      <span>${this.t(`${this.kind.route}.shown`, { count })}</span>
      ${liveState(this.app, list, (byKeyboard) => this.#letIn(byKeyboard))}
    </div>`;
  }

  #noRows(list: LiveList<Row>): TemplateResult {
    const { app, kind } = this;
    const filter = kind.filterOf(app.navigation);
    if (list.status === 'loading') return waitNote(this.t('loading'));
    if (list.status === 'failed') {
      return failedState(app, problemOf(app, list.problem), () => list.refresh());
    }
    if (app.registries.items.length > 0 && shownRegistries(app).length === 0) {
      return emptyState('fa-chain-broken', this.t('unreadable.title'), this.t('unreadable.text'));
    }
    if (isReversed(filter.fields)) return noneFound(app, filter, this.t('search.reversed'));
    if (filter.asked > 0) return list.complete ? noneFound(app, filter) : waitNote(this.t('searching'));
    return emptyState(
      kind.route === 'events' ? 'fa-inbox' : 'fa-list-alt',
      this.t(`empty.${kind.route}.title`),
      this.t(`empty.${kind.route}.text`),
      examplesButton(app),
    );
  }
}
