import type { StatisticsStep } from '../../engine/store/log.ts';
import type { App } from '../app.ts';
import { path } from './api.ts';
import { Observable } from './observable.ts';
import { Pace } from './pace.ts';
import { shownRegistries } from './shown-registries.ts';
import { rangeOf, type Series, type Span, seriesOf, spans } from './statistics.ts';

/** Ms between two readings. */
const betweenReadings = 5000;

/** The numbers of the last hour or day, read again as things happen. */
export class Overview extends Observable {
  span: Span;
  series: Series | undefined;
  problem: unknown;
  readonly #app: App;
  readonly #reading = new Pace(() => void this.#read(), betweenReadings);
  #ends: (() => void)[] = [];

  constructor(app: App) {
    super();
    this.#app = app;
    this.span = spans.find(({ name }) => name === app.preferences.get('span')) ?? (spans[0] as Span);
  }

  start(): void {
    const { feed, registries, navigation } = this.#app;
    const ask = () => this.#reading.ask();
    this.#ends = [
      feed.follow({ rows: ask, gap: ask }),
      registries.observe(ask),
      navigation.observe(() => void this.#read()),
    ];
    ask();
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#reading.stop();
  }

  choose(span: Span): void {
    this.span = span;
    this.#app.preferences.set('span', span.name);
    void this.#read();
  }

  async #read(): Promise<void> {
    const { span } = this;
    const { from, to } = rangeOf(span, Date.now());
    const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), step: span.step };
    try {
      const answers = await Promise.all(
        shownRegistries(this.#app).map((id) =>
          this.#app.api.get<{ readonly items: readonly StatisticsStep[] }>(
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
