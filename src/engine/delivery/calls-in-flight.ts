import type { Target } from '../targets/target.ts';

/** The calls of a registry that are on their way, so that what comes of them can be waited for. */
export class CallsInFlight {
  #calls = 0;
  #waiting: (() => void)[] = [];

  /** The same target; its calls are counted. */
  counted(target: Target): Target {
    return {
      description: target.description,
      call: async (call) => {
        this.#calls += 1;
        try {
          return await target.call(call);
        } finally {
          this.#calls -= 1;
          if (this.#calls === 0) for (const tell of this.#waiting.splice(0)) tell();
        }
      },
      close: () => target.close(),
    };
  }

  /** Resolves when none is on its way. */
  over(): Promise<void> {
    return this.#calls === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}
