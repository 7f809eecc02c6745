import { ask, startChild } from './child.ts';

/** The HTTP client alone, in a process of its own: what is the most that one process could do. */
export interface BareUndici {
  /** @returns requests a second */
  run(count: number, inFlight: number): Promise<number>;
  end(): void;
}

export async function startBareUndici(url: string): Promise<BareUndici> {
  const { child } = await startChild('bare-undici-program.ts');
  return {
    async run(count, inFlight) {
      const { ms } = await ask<{ ms: number }>(child, { url, count, inFlight });
      return (count * 1000) / ms;
    },
    end: () => child.kill(),
  };
}
