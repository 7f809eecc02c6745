import type { Model } from './model.ts';
import { Observable } from './observable.ts';
import { Pace } from './pace.ts';

/** Something of one view's own, read again and again while the view is shown. */
export abstract class LiveSource extends Observable {
  protected readonly model: Model;
  readonly #pace: Pace;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Undefined while the view is not shown. */
  #ends: readonly (() => void)[] | undefined;

  /** @param betweenReadings ms between two of those that are asked for */
  constructor(model: Model, betweenReadings = 0) {
    super();
    this.model = model;
    this.#pace = new Pace(() => void this.read(), betweenReadings);
  }

  start(): void {
    this.#ends = this.follow();
  }

  stop(): void {
    this.#pace.stop();
    clearTimeout(this.#timer);
    for (const end of this.#ends ?? []) end();
    this.#ends = undefined;
  }

  /** Reads now. */
  abstract read(): Promise<void>;

  /** Reads as soon as its pace lets it. */
  protected readonly ask = (): void => this.#pace.ask();

  /** Asks in so many ms, while the view is shown; undefined: no longer by itself. */
  protected askIn(ms: number | undefined): void {
    clearTimeout(this.#timer);
    if (ms !== undefined && this.#ends) this.#timer = setTimeout(this.ask, ms);
  }

  /** Reads, and follows what tells of changes. @returns what ends that */
  protected abstract follow(): readonly (() => void)[];
}
