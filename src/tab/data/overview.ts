import type { StatisticsStep } from '../../engine/words/admin-answers.ts';
import { path } from './api.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import { shownRegistries } from './shown-registries.ts';
import { chosenSpan, rangeOf, type Series, type Span, seriesOf } from './statistics.ts';

/** Ms between two readings. */
const betweenReadings = 5000;

/** The numbers of the last hour, day or week, read again as things happen. */
export class Overview extends LiveSource<Series, Model> {
  constructor(model: Model) {
    super(model, betweenReadings);
  }

  get span(): Span {
    return chosenSpan(this.model.preferences);
  }

  choose(span: Span): void {
    this.model.preferences.set('span', span.name);
    void this.read();
  }

  protected override follow() {
    const { feed, registries, navigation } = this.model;
    const { ask } = this;
    return [
      feed.follow({ rows: ask, gap: ask }),
      registries.observe(ask),
      navigation.observe(() => void this.read()),
    ];
  }

  protected override async fetch(): Promise<Series> {
    const { span } = this;
    const { from, to } = rangeOf(span, Date.now());
    const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), step: span.step };
    const lists = await Promise.all(
      shownRegistries(this.model).map(async (id) => {
        const route = path('registries', id, 'stats');
        return (await this.model.api.get<{ readonly items: readonly StatisticsStep[] }>(route, query)).items;
      }),
    );
    return seriesOf(lists, span.step, Date.now());
  }
}
