import { ask, startChild } from './child.ts';
import type { Run } from './loop.ts';

/** The HTTP client alone, in a process of its own: what is the most that one process could do. */
export interface BareUndici {
  run(count: number, inFlight: number): Promise<Run>;
  end(): void;
}

export async function startBareUndici(url: string): Promise<BareUndici> {
  const { child } = await startChild('bare-undici-program.ts');
  return {
    async run(count, inFlight) {
      const { ms } = await ask<{ ms: number }>(child, { url, count, inFlight });
      return { perSecond: (count * 1000) / ms, loopDelayP99: 0, parked: 0 };
    },
    end: () => child.kill(),
  };
}
