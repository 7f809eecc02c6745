import { keyLifetime } from '../store/journal/accept.ts';
import type { Journal, Pruned } from '../store/journal.ts';
import type { Context } from './context.ts';

interface Options extends Pick<Context, 'time' | 'config' | 'onError'> {
  readonly journal: Pick<Journal, 'prune'>;
}

/** Ms of the journal's time that one step takes, and about as much again for its commit: others wait for so long. */
const stepTime = 4;
/** Ms after which one looks again: soon after there was something to prune, ever later while there is nothing. */
const shortestRound = 1000;
const longestRound = 60_000;
/**
 * The share of the journal's time that pruning takes: little while little is to be pruned, three quarters when it is
 * far behind. What is written then has the last quarter, and an event costs less than three times as much to prune as
 * to write: whatever the load is, it gets no further behind.
 */
const smallestShare = 0.1;
const largestShare = 0.75;
const farBehind = 5000;
const day = 24 * 60 * 60 * 1000;

/** Keeps the journal within its retention, in small steps. */
export class Pruning {
  readonly #options: Options;
  #round = shortestRound;
  #cancel: () => void;

  constructor(options: Options) {
    this.#options = options;
    this.#cancel = options.time.after(this.#round, () => void this.#step());
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
    const pause = await journal
      .prune({
        settledBefore: retentionDays === 0 ? null : now - retentionDays * day,
        keepSettled: retentionEvents === 0 ? null : retentionEvents,
        keysBefore: now - keyLifetime,
        forMs: stepTime,
      })
      .then(
        (done) => this.#pauseAfter(done),
        (error) => {
          onError(error);
          return longestRound;
        },
      );
    if (this.#cancel !== cancelled) return;
    this.#cancel = time.after(pause, () => void this.#step());
  }

  #pauseAfter(done: Pruned): number {
    const idle = done.pruned === 0 && !done.more;
    this.#round = idle ? Math.min(longestRound, 2 * this.#round) : shortestRound;
    return done.more ? pauseAfter(done) : this.#round;
  }
}

/** Ms to leave to others after a step of so many ms, by how much there is to prune yet. */
export function pauseAfter({ ms, behind }: Pick<Pruned, 'ms' | 'behind'>): number {
  const share = smallestShare + (largestShare - smallestShare) * Math.min(1, behind / farBehind);
  return ms * (1 / share - 1);
}
