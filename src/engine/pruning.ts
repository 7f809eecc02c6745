import type { Journal } from './journal/journal.ts';
import type { RegistryConfig } from './registry-config.ts';
import type { Time } from './time.ts';

interface Options {
  readonly journal: Journal;
  readonly time: Time;
  readonly config: () => RegistryConfig;
  readonly onError: (error: unknown) => void;
}

/** Ms between rounds, and between the steps of one that has more to do, so that others get their turn. */
const roundPause = 60_000;
const stepPause = 50;
/** Events pruned with one step. */
const stepSize = 200;
const day = 24 * 60 * 60 * 1000;

/** Keeps the journal within its retention, in small steps (design.md §8). */
export class Pruning {
  readonly #options: Options;
  #cancel: () => void;

  constructor(options: Options) {
    this.#options = options;
    this.#cancel = options.time.after(roundPause, () => void this.#step());
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => undefined;
  }

  async #step(): Promise<void> {
    const { journal, time, onError } = this.#options;
    const { retentionDays, retentionEvents } = this.#options.config();
    const now = time.now();
    const cancelled = this.#cancel;
    const more = await journal
      .prune({
        settledBefore: retentionDays === 0 ? null : now - retentionDays * day,
        keepSettled: retentionEvents === 0 ? null : retentionEvents,
        keysBefore: now - day,
        limit: stepSize,
      })
      .then(
        (pruned) => pruned.more,
        (error) => {
          onError(error);
          return false;
        },
      );
    if (this.#cancel !== cancelled) return;
    this.#cancel = time.after(more ? stepPause : roundPause, () => void this.#step());
  }
}
