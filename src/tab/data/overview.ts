import type { StatisticsStep } from '../../engine/words/answers.ts';
import { path } from './api.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import { shownRegistries } from './shown-registries.ts';
import { rangeOf, type Series, type Span, seriesOf, spans } from './statistics.ts';

/** Ms between two readings. */
const betweenReadings = 5000;

/** The numbers of the last hour or day, read again as things happen. */
export class Overview extends LiveSource {
  series: Series | undefined;
  problem: unknown;

  constructor(model: Model) {
    super(model, betweenReadings);
  }

  get span(): Span {
    const name = this.model.preferences.get('span');
    return spans.find((span) => span.name === name) ?? (spans[0] as Span);
  }

  choose(span: Span): void {
    this.model.preferences.set('span', span.name);
    void this.read();
  }

  protected override follow() {
    const { feed, registries, navigation } = this.model;
    const { ask } = this;
    ask();
    return [
      feed.follow({ rows: ask, gap: ask }),
      registries.observe(ask),
      navigation.observe(() => void this.read()),
    ];
  }

  override async read(): Promise<void> {
    const { span } = this;
    const { from, to } = rangeOf(span, Date.now());
    const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), step: span.step };
    try {
      const answers = await Promise.all(
        shownRegistries(this.model).map((id) =>
          this.model.api.get<{ readonly items: readonly StatisticsStep[] }>(
            path('registries', id, 'stats'),
            query,
          ),
        ),
      );
      if (span !== this.span) return;
      this.series = seriesOf(
        answers.map(({ items }) => items),
        span.step,
        Date.now(),
      );
      this.problem = undefined;
    } catch (error) {
      this.problem = error;
    }
    this.changed();
  }
}
