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
