import { path, type Query } from './api.ts';
import { isReversed, type LogFilter, queryOf } from './filters.ts';
import type { Told } from './list-search.ts';
import { LiveList } from './live-list.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import type { Navigation } from './navigation.ts';
import { Pace } from './pace.ts';
import type { RememberedFilter } from './remembered-filter.ts';
import type { EventLogRow, LogRow, LogSummary, Page } from './shapes.ts';
import { shownRegistries } from './shown-registries.ts';

/** The API's two long lists. */
export type LogName = 'executions' | 'events';

/** One of the API's lists, and what the live feed says of it. */
export interface LogKind<Row extends LogRow | EventLogRow, Filter extends object = object> {
  readonly route: LogName;
  /** ISO 8601: what the list is sorted by, newest first. */
  timeOf(row: Row): string;
  filterOf(navigation: Navigation): RememberedFilter<Filter>;
  /** A row as the list keeps it. */
  kept(row: Row): Row;
  /** What changed executions mean for the list and the rows that it has. */
  told(rows: readonly LogSummary[], navigation: Navigation, known: readonly Row[]): News<Row>;
  /** Whether a row that was read by its id is searched for; undefined: only the API can say. */
  belongs(row: Row, navigation: Navigation): boolean | undefined;
  /** Whether a row tells of a call that runs. */
  isUnderWay(row: Row): boolean;
  /** Whether a row may change without an execution that the feed tells of. */
  changesUnheard(row: Row): boolean;
}

interface News<Row> {
  readonly told: readonly Told<Row>[];
  /** Ids of rows that may have changed. */
  readonly touched: readonly string[];
  /** Only the API can say what belongs to the list now. */
  readonly unclear: boolean;
}

/** Ms between two readings of what the live feed leaves out, of the list and of the rows on the screen. */
const betweenReadings = 1500;
const betweenConfirmations = 500;
/** Ids that one address holds. */
const mostIds = 100;

/** A list of the API as the navigation asks for it, kept up to date by the live feed. */
export class LiveLog<Row extends LogRow | EventLogRow> extends LiveSource<void, Model> {
  readonly list: LiveList<Row>;
  readonly #kind: LogKind<Row>;
  readonly #confirming = new Pace(() => void this.#confirm(), betweenConfirmations);
  #asked = '';

  constructor(model: Model, kind: LogKind<Row>) {
    super(model, betweenReadings);
    this.#kind = kind;
    const { timeOf } = kind;
    this.list = new LiveList<Row>(
      (a, b) => compareText(timeOf(b), timeOf(a)) || b.seq - a.seq || compareText(a.registry, b.registry),
      timeOf,
    );
  }

  /** @param ids of the rows that can be seen, or nearly so */
  show(ids: readonly string[]): void {
    this.list.screen.ids = ids;
    if (this.list.screen.doubtful.length > 0) this.#confirming.ask();
  }

  protected override end(): void {
    super.end();
    this.#confirming.stop();
  }

  protected override follow() {
    const { feed, navigation, registries } = this.model;
    this.list.miss();
    return [
      feed.follow({
        rows: (rows) => this.#receive(rows),
        gap: () => {
          this.list.miss();
          this.ask();
        },
      }),
      navigation.observe(() => void this.read()),
      // Not everything is told by the feed: an event that nobody takes has no execution.
      registries.observe(this.ask),
    ];
  }

  /** Reads what is asked for now, or what has become of it. */
  protected override fetch(): Promise<void> {
    const fields = this.#kind.filterOf(this.model.navigation).fields as Partial<LogFilter>;
    // Beside the field stands what is wrong: there is nothing to ask for.
    const sources = isReversed(fields) ? [] : shownRegistries(this.model);
    const query = queryOf(fields);
    const asked = JSON.stringify([sources, query]);
    if (asked === this.#asked) return this.#refresh();
    this.#asked = asked;
    return this.list.load({
      sources,
      read: (registry, ids) => this.#rows(registry, ids),
      belongs: (row) => this.#kind.belongs(row, this.model.navigation),
      isUnderWay: this.#kind.isUnderWay,
      fetch: (upTo) => (registry, cursor, limit) =>
        this.#page(registry, {
          ...query,
          ...(upTo !== undefined && { to: upTo }),
          ...(cursor !== null && { cursor }),
          limit,
        }),
    });
  }

  async #refresh(): Promise<void> {
    const unheard = this.list.screen.all.filter((row) => this.#kind.changesUnheard(row));
    this.list.doubt(unheard.map(({ id }) => id));
    await this.list.refresh();
    this.#confirming.ask();
  }

  async #confirm(): Promise<void> {
    if (await this.list.confirm()) this.#confirming.ask();
  }

  async #rows(registry: string, ids: readonly string[]): Promise<readonly Row[]> {
    const parts = Array.from({ length: Math.ceil(ids.length / mostIds) }, (_, at) =>
      ids.slice(at * mostIds, (at + 1) * mostIds).join(),
    );
    return (await Promise.all(parts.map((part) => this.#named(registry, part)))).flat();
  }

  /** Page by page: one ends early where responses are long. */
  async #named(registry: string, ids: string): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let cursor: string | null = null;
    do {
      const more = cursor === null ? {} : { cursor };
      const page: Page<Row> = await this.#page(registry, { ids, limit: mostIds, ...more });
      rows.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }

  async #page(registry: string, query: Query): Promise<Page<Row>> {
    const page = await this.model.api.get<Page<Row>>(path('registries', registry, this.#kind.route), query);
    return { ...page, items: page.items.map((row) => this.#kind.kept({ ...row, registry })) };
  }

  #receive(rows: readonly LogSummary[]): void {
    const sources = shownRegistries(this.model);
    const ours = rows.filter(({ registry }) => sources.includes(registry));
    const { told, touched, unclear } = this.#kind.told(ours, this.model.navigation, this.list.rows);
    this.list.receive(told);
    this.list.doubt(touched);
    this.#confirming.ask();
    if (unclear) this.ask();
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
