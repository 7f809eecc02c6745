import { within } from './deadline.ts';
import type { Target } from './target.ts';

/** So long whoever closes a target waits for what is under way, in ms. */
const letGoMs = 15_000;

/** Counts calls that are under way, so that the last one can be waited for. */
export class CallsInFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** The same target; its calls are counted. */
  counted(target: Target): Target {
    return {
      description: target.description,
      call: async (call) => {
        this.#count++;
        try {
          return await target.call(call);
        } finally {
          if (--this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
        }
      },
      close: () => target.close(),
    };
  }

  /** Whether none is under way. */
  get areOver(): boolean {
    return this.#count === 0;
  }

  /** Resolves when none is under way, however long that takes. */
  over(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** The same target; it is closed, once, when no call is under way, which whoever closes it awaits for 15 s at most. */
export function closedWhenIdle(target: Target, limitMs = letGoMs): Target {
  const calls = new CallsInFlight();
  let closed: Promise<unknown> | undefined;
  return {
    ...calls.counted(target),
    close: async () => {
      closed ??= calls.over().then(() => target.close());
      await within(limitMs, closed);
    },
  };
}
