import type { StatisticsStep } from '../../engine/words/answers.ts';
import { path } from './api.ts';
import { LiveSource } from './live-source.ts';
import { Pace } from './pace.ts';
import { shownRegistries } from './shown-registries.ts';
import type { Sources } from './sources.ts';
import { rangeOf, type Series, type Span, seriesOf, spans } from './statistics.ts';

/** Ms between two readings. */
const betweenReadings = 5000;

/** The numbers of the last hour or day, read again as things happen. */
export class Overview extends LiveSource {
  series: Series | undefined;
  problem: unknown;
  readonly #sources: Sources;
  readonly #reading = new Pace(() => void this.#read(), betweenReadings);

  constructor(sources: Sources) {
    super();
    this.#sources = sources;
  }

  get span(): Span {
    const name = this.#sources.preferences.get('span');
    return spans.find((span) => span.name === name) ?? (spans[0] as Span);
  }

  choose(span: Span): void {
    this.#sources.preferences.set('span', span.name);
    void this.#read();
  }

  protected override follow() {
    const { feed, registries, navigation } = this.#sources;
    const ask = () => this.#reading.ask();
    ask();
    return [
      feed.follow({ rows: ask, gap: ask }),
      registries.observe(ask),
      navigation.observe(() => void this.#read()),
      () => this.#reading.stop(),
    ];
  }

  async #read(): Promise<void> {
    const { span } = this;
    const { from, to } = rangeOf(span, Date.now());
    const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), step: span.step };
    try {
      const answers = await Promise.all(
        shownRegistries(this.#sources).map((id) =>
          this.#sources.api.get<{ readonly items: readonly StatisticsStep[] }>(
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
