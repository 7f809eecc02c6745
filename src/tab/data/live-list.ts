import { Hearsay } from './hearsay.ts';
import type { ListRow, Search, Told } from './list-search.ts';
import { justAfter, MergedPages } from './merged-pages.ts';
import { Observable } from './observable.ts';
import { ReadingOrder } from './reading-order.ts';
import { RowsOnScreen } from './rows-on-screen.ts';
import { SortedRows } from './sorted-rows.ts';
import { WaitingRows } from './waiting-rows.ts';

const pageSize = 50;
/** Rows that live changes may gather; older ones are read again when one scrolls to them. */
const gathered = 1000;

/**
 * Rows newest first, of several registries, that grow downwards as one scrolls and upwards as things happen. It stands
 * still while it is paused, scrolled or occupied: new rows wait then. What stands on the screen is read again once it
 * is known by hearsay only; while the list is paused, nothing new is heard of it but the end of what is under way.
 */
export class LiveList<Row extends ListRow> extends Observable {
  status: 'loading' | 'ready' | 'failed' = 'loading';
  problem: unknown;
  paused = false;
  readonly screen: RowsOnScreen<Row>;
  readonly #compare: (a: Row, b: Row) => number;
  readonly #timeOf: (row: Row) => string;
  readonly #rows: SortedRows<Row>;
  readonly #waiting = new WaitingRows<Row>(gathered);
  readonly #hearsay = new Hearsay();
  readonly #order = new ReadingOrder();
  #search: Search<Row> | undefined;
  #pages: MergedPages<Row> | undefined;
  #reading: Promise<void> | undefined;
  /** What is told while a search is read, which may find it or not. */
  #early: Told<Row>[] = [];
  #atTop = true;
  #occupied = false;

  constructor(compare: (a: Row, b: Row) => number, timeOf: (row: Row) => string) {
    super();
    this.#compare = compare;
    this.#timeOf = timeOf;
    this.#rows = new SortedRows(compare);
    this.screen = new RowsOnScreen(this.#rows, this.#hearsay);
  }

  get rows(): readonly Row[] {
    return this.#rows.all;
  }

  /** How many new rows wait, because the list stands still. */
  get waiting(): number {
    return this.#waiting.count;
  }

  /** Whether more new rows wait than are counted. */
  get waitingMore(): boolean {
    return this.#waiting.overflown;
  }

  /** Whether the oldest row is loaded. */
  get complete(): boolean {
    return this.#pages?.drained ?? false;
  }

  /** What one reads must not move. */
  get #stands(): boolean {
    return this.paused || ((!this.#atTop || this.#occupied) && this.rows.length > 0);
  }

  /** Another search; the rows of the one before stay until the first of the new one come. */
  async load(search: Search<Row>): Promise<void> {
    this.#search = search;
    this.#reading = undefined;
    this.#early = [];
    this.status = 'loading';
    this.changed();
    await this.#readHead(search, true);
  }

  /** Reads the first page anew and brings the list up to date. */
  async refresh(): Promise<void> {
    if (this.#search && !this.paused) await this.#readHead(this.#search, this.status === 'failed');
  }

  /** Not all is told that has changed: once the list may move, it begins anew. */
  miss(): void {
    this.#order.miss();
    this.#waiting.overflown = this.#waiting.count > 0;
    this.doubt(this.rows.map(({ id }) => id));
  }

  /** Reads older rows. */
  more(): Promise<void> {
    this.#reading ??= this.#readMore().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** What the live feed tells. */
  receive(told: readonly Told<Row>[]): void {
    if (told.length === 0) return;
    const stands = this.#stands;
    const gone = new Set<string>();
    const arrived: Row[] = [];
    const now = this.#order.next();
    for (const { row, belongs } of told) {
      const shown = this.#rows.get(row.id);
      if (!shown || this.#mayChange(shown)) this.#hearsay.note(row.id, now, belongs === false);
      if (belongs === false) gone.add(row.id);
      if (shown || (belongs && this.#isWithin(row))) arrived.push({ ...shown, ...row });
      if (shown && stands && (this.paused || !belongs)) this.#order.miss();
    }
    if (this.status === 'ready') this.#take(arrived, gone, stands);
    else {
      // What is being read may be older than this.
      this.#order.miss();
      this.#early = [...this.#early, ...told].slice(-gathered);
    }
  }

  /** Rows of these may have changed. */
  doubt(ids: readonly string[]): void {
    const now = this.#order.next();
    for (const id of ids) {
      const shown = this.#rows.get(id);
      if (shown && this.#mayChange(shown)) this.#hearsay.note(id, now, this.#hearsay.isGone(id));
    }
  }

  /** Reads the rows on the screen of which something is known by hearsay only. @returns whether there are more by now */
  async confirm(): Promise<boolean> {
    const search = this.#search;
    if (!search?.read) return false;
    const all = await this.screen.confirm(search.read, this.#order.next());
    if (all === undefined || search !== this.#search) return false;
    // What is not found was pruned.
    if (!all || this.screen.all.some((row) => search.belongs?.(row) === false)) this.#order.miss();
    this.#goOn();
    this.changed();
    return this.screen.doubtful.length > 0;
  }

  pause(): void {
    this.paused = true;
    this.changed();
  }

  async resume(): Promise<void> {
    this.paused = false;
    this.changed();
    const begins = this.#order.hasMissed;
    await this.letIn();
    if (!begins) await this.refresh();
  }

  /** Lets in what waits, though one reads. */
  async letIn(): Promise<void> {
    this.#release();
    if (this.#order.hasMissed && this.#search) await this.#readHead(this.#search, true);
  }

  /** Away from the top, new rows wait: what one reads must not move. */
  set atTop(atTop: boolean) {
    if (this.#atTop === atTop) return;
    this.#atTop = atTop;
    this.#goOn();
  }

  /** So they do while the pointer or the focus is in the list. */
  set occupied(occupied: boolean) {
    if (this.#occupied === occupied) return;
    this.#occupied = occupied;
    this.#goOn();
  }

  /** Paused, a row keeps what it was; only what was under way is seen to its end. */
  #mayChange(shown: Row): boolean {
    return !this.paused || this.#search?.isUnderWay?.(shown) === true;
  }

  #goOn(): void {
    if (this.#stands) return;
    this.#release();
    if (this.#order.hasMissed) void this.refresh();
  }

  async #readHead(search: Search<Row>, anew: boolean): Promise<void> {
    const pages = new MergedPages(search.sources, search.fetch(undefined), this.#compare);
    const asked = this.#order.next();
    try {
      const head = await pages.next(pageSize);
      if (this.#search !== search || (this.paused && !anew) || this.#order.comesTooLate(asked)) return;
      this.#takeHead(this.#believed(head, asked, pages.drained), { pages, asked, anew });
      this.#countEarly();
      if (this.rows.length === 0) void this.more();
      else if (anew && this.#order.hasMissed && !this.#stands) void this.refresh();
    } catch (error) {
      if (this.#search !== search || this.#order.comesTooLate(asked)) return;
      if (anew || this.status === 'loading') this.status = 'failed';
      this.problem = error;
    }
    this.changed();
  }

  /** What the search has not found waits where the list stands still; else it is read again. */
  #countEarly(): void {
    const early = this.#early.splice(0);
    if (this.#stands) this.receive(early.filter(({ row }) => !this.#rows.get(row.id)));
  }

  #takeHead(
    head: readonly Row[],
    { pages, asked, anew }: { pages: MergedPages<Row>; asked: number; anew: boolean },
  ): void {
    this.status = 'ready';
    this.problem = undefined;
    const [newest] = this.rows;
    const oldest = head.at(-1);
    // There may be further rows between what is known and a page that is wholly newer.
    const isApart = newest !== undefined && oldest !== undefined && this.#compare(newest, oldest) > 0;
    if (anew || ((this.#order.hasMissed || isApart) && !this.#stands)) {
      this.#waiting.release();
      this.#order.begin(asked);
      this.#pages = pages;
      this.#rows.begin(head);
    } else if (this.#stands) {
      this.#wait(head);
      if (isApart) {
        this.#order.miss();
        this.#waiting.overflown = true;
      }
    } else {
      // What the page spans is as it says, what is older stays.
      if (pages.drained) this.#rows.begin([]);
      else if (oldest) this.#rows.keep((row) => this.#compare(row, oldest) > 0);
      this.#rows.add(head);
      this.#trim();
    }
  }

  /**
   * What was told after a reading was asked for is not undone by its answer.
   * @param isLast whether there is nothing older than what it gave
   */
  #believed(rows: readonly Row[], asked: number, isLast: boolean): readonly Row[] {
    const oldest = rows.at(-1);
    const isWithin = (row: Row) => isLast || (oldest !== undefined && this.#compare(row, oldest) < 0);
    const isNews = ({ id }: Row) => this.#hearsay.isNews(id, asked);
    const believed = new Map(rows.map((row) => [row.id, row]));
    for (const { id } of rows.filter(isNews)) if (this.#hearsay.isGone(id)) believed.delete(id);
    for (const row of [...this.rows, ...this.#waiting.all].filter(isNews)) {
      if (!this.#hearsay.isGone(row.id) && isWithin(row)) believed.set(row.id, row);
    }
    for (const { id } of rows) this.#hearsay.confirm(id, asked);
    return [...believed.values()].sort(this.#compare);
  }

  async #readMore(): Promise<void> {
    const { rows } = this;
    const search = this.#search;
    const last = rows.at(-1);
    if (!search || this.complete || this.status !== 'ready') return;
    this.#pages ??= new MergedPages(
      search.sources,
      search.fetch(last && justAfter(this.#timeOf(last))),
      this.#compare,
    );
    const pages = this.#pages;
    try {
      // A search that looks through many rows may have to go on until it finds one.
      do {
        const asked = this.#order.next();
        const older = await pages.next(pageSize);
        if (this.#search !== search || this.#pages !== pages) return;
        this.#rows.add(this.#believed(older, asked, false));
      } while (this.rows.length === 0 && !pages.drained);
    } catch (error) {
      if (this.#search === search) this.problem = error;
    }
    this.changed();
  }

  #isWithin(row: Row): boolean {
    return this.complete || this.#compare(row, this.rows.at(-1) ?? row) < 0 || this.rows.length === 0;
  }

  #take(arrived: readonly Row[], gone: ReadonlySet<string>, stands: boolean): void {
    for (const id of gone) this.#waiting.drop(id);
    if (stands) this.#wait(arrived);
    else {
      this.#rows.add(arrived);
      if (gone.size > 0) this.#rows.keep(({ id }) => !gone.has(id));
      this.#trim();
    }
    this.#hearsay.tidy((id) => (this.#rows.get(id) ?? this.#waiting.get(id)) !== undefined, 2 * gathered);
    this.changed();
  }

  #release(): void {
    if (this.#waiting.count === 0) return;
    this.#rows.add(this.#waiting.release());
    this.#trim();
    this.changed();
  }

  /** New rows wait; those that are shown are brought up to date where they stand, unless the list is paused. */
  #wait(rows: readonly Row[]): void {
    const [shown, further] = [[] as Row[], [] as Row[]];
    for (const row of rows) (this.#rows.get(row.id) ? shown : further).push(row);
    for (const row of further) if (!this.#waiting.add(row)) this.#order.miss();
    if (!this.paused) this.#rows.replace(shown);
  }

  #trim(): void {
    if (this.rows.length <= gathered) return;
    this.#rows.begin(this.rows.slice(0, 4 * pageSize));
    this.#pages = undefined;
  }
}
