import { type FetchPage, MergedPages } from './merged-pages.ts';
import { Observable } from './observable.ts';
import { Turns } from './turns.ts';

export interface ListRow {
  readonly id: string;
  readonly registry: string;
}

export interface Search<Row> {
  /** The registries whose lists are read as one. */
  readonly sources: readonly string[];
  /** `upTo`: ISO 8601; nothing newer is wanted. */
  readonly fetch: (upTo: string | undefined) => FetchPage<Row>;
}

/** What the live feed says of a row: that it belongs to the list or no longer does. */
export interface Told<Row> {
  readonly row: Row;
  readonly belongs: boolean;
}

const pageSize = 50;
/** Rows that live changes may gather; older ones are read again when one scrolls to them. */
const gathered = 1000;

/** Rows newest first, of several registries, that grow downwards as one scrolls and upwards as things happen. */
export class LiveList<Row extends ListRow> extends Observable {
  rows: readonly Row[] = [];
  status: 'loading' | 'ready' | 'failed' = 'loading';
  problem: unknown;
  paused = false;
  readonly #compare: (a: Row, b: Row) => number;
  readonly #timeOf: (row: Row) => string;
  readonly #held = new Map<string, Row>();
  readonly #turns = new Turns();
  #search: Search<Row> | undefined;
  #pages: MergedPages<Row> | undefined;
  #reading: Promise<void> | undefined;
  #atTop = true;
  /** Further down, too, rows may be out of date. */
  #missed = false;

  constructor(compare: (a: Row, b: Row) => number, timeOf: (row: Row) => string) {
    super();
    this.#compare = compare;
    this.#timeOf = timeOf;
  }

  /** How many new rows wait, because the list is paused or scrolled. */
  get waiting(): number {
    return this.#held.size;
  }

  /** Whether the oldest row is loaded. */
  get complete(): boolean {
    return this.#pages?.drained ?? false;
  }

  /** Another search; the rows of the one before stay until the first of the new one come. */
  async load(search: Search<Row>): Promise<void> {
    this.#search = search;
    this.#reading = undefined;
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
    this.#missed = true;
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
    if (told.length === 0 || this.status !== 'ready') return;
    const known = new Map(this.rows.map((row) => [row.id, row]));
    const stands = this.paused || this.#isScrolled;
    const gone = new Set<string>();
    const arrived: Row[] = [];
    for (const { row, belongs } of told) {
      const shown = known.get(row.id);
      if (!belongs) gone.add(row.id);
      if (shown || (belongs && this.#isWithin(row))) arrived.push({ ...shown, ...row });
      if (shown && stands && (this.paused || !belongs)) this.miss();
    }
    for (const id of gone) this.#held.delete(id);
    if (stands) this.#wait(arrived);
    else {
      this.#add(arrived);
      this.rows = this.rows.filter(({ id }) => !gone.has(id));
      this.#trim();
    }
    this.changed();
  }

  pause(): void {
    this.paused = true;
    this.changed();
  }

  async resume(): Promise<void> {
    this.paused = false;
    this.#release();
    await this.refresh();
  }

  /** Away from the top, new rows wait: what one reads must not move. */
  set atTop(atTop: boolean) {
    if (this.#atTop === atTop) return;
    this.#atTop = atTop;
    if (!atTop || this.paused) return;
    this.#release();
    if (this.#missed) void this.refresh();
  }

  get #isScrolled(): boolean {
    return !this.#atTop && this.rows.length > 0;
  }

  async #readHead(search: Search<Row>, anew: boolean): Promise<void> {
    const pages = new MergedPages(search.sources, search.fetch(undefined), this.#compare);
    const comesTooLate = this.#turns.ask();
    try {
      const head = await pages.next(pageSize);
      if (this.#search !== search || (this.paused && !anew) || comesTooLate()) return;
      this.#take(head, pages, anew);
      if (this.rows.length === 0) void this.more();
    } catch (error) {
      if (this.#search !== search || comesTooLate()) return;
      if (anew || this.status === 'loading') this.status = 'failed';
      this.problem = error;
    }
    this.changed();
  }

  #take(head: readonly Row[], pages: MergedPages<Row>, anew: boolean): void {
    this.status = 'ready';
    this.problem = undefined;
    const [newest] = this.rows;
    const oldest = head.at(-1);
    // There may be further rows between what is known and a page that is wholly newer.
    if (newest && oldest && this.#compare(newest, oldest) > 0) this.miss();
    if (anew || (this.#missed && !this.#isScrolled)) {
      this.#held.clear();
      this.#missed = false;
      this.#pages = pages;
      this.rows = head;
    } else if (this.#isScrolled) this.#wait(head);
    else {
      // What the page spans is as it says, what is older stays.
      if (pages.drained) this.rows = [];
      else if (oldest) this.rows = this.rows.filter((row) => this.#compare(row, oldest) > 0);
      this.#add(head);
      this.#trim();
    }
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
        const older = await pages.next(pageSize);
        if (this.#search !== search || this.#pages !== pages) return;
        this.#add(older);
      } while (this.rows.length === 0 && !pages.drained);
    } catch (error) {
      if (this.#search === search) this.problem = error;
    }
    this.changed();
  }

  #isWithin(row: Row): boolean {
    const oldest = this.rows.at(-1);
    return this.complete || oldest === undefined || this.#compare(row, oldest) < 0;
  }

  #release(): void {
    if (this.#held.size === 0) return;
    this.#add([...this.#held.values()]);
    this.#held.clear();
    this.#trim();
    this.changed();
  }

  /** Further rows, each in its place; one that is known is replaced. */
  #add(rows: readonly Row[]): void {
    const byId = new Map([...this.rows, ...rows].map((row) => [row.id, row]));
    this.rows = [...byId.values()].sort(this.#compare);
  }

  /** New rows wait; those that are shown are brought up to date where they stand, unless the list is paused. */
  #wait(rows: readonly Row[]): void {
    const known = new Set(this.rows.map(({ id }) => id));
    const newer = new Map<string, Row>();
    for (const row of rows) {
      if (known.has(row.id)) newer.set(row.id, row);
      else if (this.#held.size < gathered || this.#held.has(row.id)) this.#held.set(row.id, row);
    }
    if (!this.paused && newer.size > 0) this.rows = this.rows.map((row) => newer.get(row.id) ?? row);
  }

  #trim(): void {
    if (this.rows.length <= gathered) return;
    this.rows = this.rows.slice(0, 4 * pageSize);
    this.#pages = undefined;
  }
}

/** A cut between rows of one millisecond must lose none; what comes twice is merged. */
function justAfter(at: string): string {
  return new Date(Date.parse(at) + 1).toISOString();
}
