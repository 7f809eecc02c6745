/** The clock and timers that the engine is handed, so that a test can hold them. */
export interface Time {
  /** Ms since the epoch; may jump. */
  now(): number;
  /** Ms since some moment; never jumps. */
  monotonic(): number;
  /** Calls back after `ms`, unless the returned function is called before. Keeps no process alive. */
  after(ms: number, callback: () => void): () => void;
}

export const systemTime: Time = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many ms. */
export function passed(time: Time, ms: number): Promise<void> {
  return new Promise((resolve) => time.after(ms, resolve));
}

/**
 * The same time, but it never runs backwards: when the machine's clock is set back, it goes on from where it was.
 * Retries are due by it, so that such a correction stalls none of them.
 */
export function forwardOnly(time: Time): Time {
  let ahead = Number.NEGATIVE_INFINITY;
  return {
    now() {
      // In this order: what passes between the two must not count as ahead for ever.
      const now = time.now();
      const monotonic = time.monotonic();
      ahead = Math.max(ahead, now - monotonic);
      return Math.round(monotonic + ahead);
    },
    monotonic: () => time.monotonic(),
    after: (ms, callback) => time.after(ms, callback),
  };
}
