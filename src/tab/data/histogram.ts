import type { Histogram } from '../../engine/words/admin-answers.ts';
import { path } from './api.ts';
import { type Bars, barRangeOf, barsOf } from './bars.ts';
import { isReversed, queryOf } from './filters.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import type { Observable } from './observable.ts';
import { shownRegistries } from './shown-registries.ts';
import { chosenSpan, type Span } from './statistics.ts';

/** Ms between two readings: as the overview. */
const betweenReadings = 5000;

/** A list that may stand still. */
type Pausing = Pick<Observable, 'observe'> & { readonly paused: boolean };

/** How many executions the search of the log means, over its range of time; stands still with the list. */
export class HistogramSource extends LiveSource<Bars | undefined, Model> {
  readonly #list: Pausing;

  constructor(model: Model, list: Pausing) {
    super(model, betweenReadings);
    this.#list = list;
  }

  /** Which is shown where the search begins nowhere. */
  get span(): Span {
    return chosenSpan(this.model.preferences);
  }

  choose(span: Span): void {
    this.model.preferences.set('span', span.name);
    void this.read();
  }

  protected override follow() {
    const { feed, registries, navigation } = this.model;
    let paused = this.#list.paused;
    const ask = () => {
      if (!this.#list.paused) this.ask();
    };
    return [
      feed.follow({ rows: ask, gap: ask }),
      registries.observe(ask),
      navigation.observe(() => void this.read()),
      this.#list.observe(() => {
        if (paused && !this.#list.paused) this.ask();
        paused = this.#list.paused;
      }),
    ];
  }

  protected override async fetch(): Promise<Bars | undefined> {
    const { fields } = this.model.navigation.log;
    const range = isReversed(fields) ? undefined : barRangeOf(fields, this.span, Date.now());
    if (!range) return undefined;
    const [from, to] = [range.from, range.to].map((at) => new Date(at).toISOString()) as [string, string];
    const query = { ...queryOf(fields), from, to, step: range.step / 1000 };
    const answers = await Promise.all(
      shownRegistries(this.model).map((registry) =>
        this.model.api.get<Histogram>(path('registries', registry, 'histogram'), query),
      ),
    );
    return barsOf(range, answers);
  }
}
