import { LatestAnswer } from './latest-answer.ts';
import { Observable } from './observable.ts';
import { Pace } from './pace.ts';

/** Something that is read again and again while somebody watches it. */
export abstract class LiveSource<Answer, Model> extends Observable {
  /** What was read last; undefined until something was. */
  answer: Answer | undefined;
  /** Why the last reading failed; undefined where it did not. */
  problem: unknown;
  protected readonly model: Model;
  readonly #pace: Pace;
  readonly #latest = new LatestAnswer();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Undefined while nobody watches. */
  #ends: readonly (() => void)[] | undefined;

  /** @param betweenReadings ms between two of those that are asked for */
  constructor(model: Model, betweenReadings = 0) {
    super();
    this.model = model;
    this.#pace = new Pace(() => void this.read(), betweenReadings);
  }

  /** Reads now. */
  async read(): Promise<void> {
    const comesTooLate = this.#latest.ask();
    const [outcome] = await Promise.allSettled([this.fetch()]);
    if (comesTooLate()) return;
    if (outcome.status === 'fulfilled') this.answer = outcome.value;
    this.problem = outcome.status === 'rejected' ? outcome.reason : undefined;
    this.changed();
    this.#readIn(this.pause());
  }

  /** Reads as soon as its pace lets it. */
  protected readonly ask = (): void => this.#pace.ask();

  protected abstract fetch(): Promise<Answer>;

  /** Ms until it is read again unasked; undefined: it is not. */
  protected pause(): number | undefined {
    return undefined;
  }

  /** Follows what tells of changes. @returns what ends that */
  protected follow(): readonly (() => void)[] {
    return [];
  }

  protected override begin(): void {
    this.#ends = this.follow();
    void this.read();
  }

  protected override end(): void {
    this.#pace.stop();
    clearTimeout(this.#timer);
    for (const end of this.#ends ?? []) end();
    this.#ends = undefined;
  }

  #readIn(ms: number | undefined): void {
    clearTimeout(this.#timer);
    if (ms !== undefined && this.#ends) this.#timer = setTimeout(this.ask, ms);
  }
}
