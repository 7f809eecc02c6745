import { path, type Query } from './api.ts';
import { type LogFilter, queryOf } from './filters.ts';
import { LiveList, type Told } from './live-list.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import type { Navigation } from './navigation.ts';
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
  /** What changed executions mean for the list; `unclear`: only the API can say. */
  told(
    rows: readonly LogSummary[],
    navigation: Navigation,
  ): { readonly told: readonly Told<Row>[]; readonly unclear: boolean };
}

/** Ms between two readings of what the live feed leaves out. */
const betweenReadings = 1500;

/** A list of the API as the navigation asks for it, kept up to date by the live feed. */
export class LiveLog<Row extends LogRow | EventLogRow> extends LiveSource<void, Model> {
  readonly list: LiveList<Row>;
  readonly #kind: LogKind<Row>;
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
    const sources = shownRegistries(this.model);
    const query = queryOf(this.#kind.filterOf(this.model.navigation).fields as Partial<LogFilter>);
    const asked = JSON.stringify([sources, query]);
    if (asked === this.#asked) return this.list.refresh();
    this.#asked = asked;
    return this.list.load({
      sources,
      fetch: (upTo) => (registry, cursor, limit) =>
        this.#page(registry, {
          ...query,
          ...(upTo !== undefined && { to: upTo }),
          ...(cursor !== null && { cursor }),
          limit,
        }),
    });
  }

  async #page(registry: string, query: Query): Promise<Page<Row>> {
    const page = await this.model.api.get<Page<Row>>(path('registries', registry, this.#kind.route), query);
    return { ...page, items: page.items.map((row) => this.#kind.kept({ ...row, registry })) };
  }

  #receive(rows: readonly LogSummary[]): void {
    const sources = shownRegistries(this.model);
    const ours = rows.filter(({ registry }) => sources.includes(registry));
    const { told, unclear } = this.#kind.told(ours, this.model.navigation);
    this.list.receive(told);
    if (unclear) this.ask();
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
