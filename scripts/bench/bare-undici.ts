import type { Posts } from './bare-undici-program.ts';
import { ask, startChild } from './child.ts';
import type { Run } from './loop.ts';

/** The HTTP client alone, in a process of its own: what is the most that one process could do. */
export interface BareUndici {
  run(posts: Omit<Posts, 'url'>): Promise<Posted>;
  end(): void;
}

/** With the processor time that its process has used, in µs. */
export interface Posted extends Run {
  readonly cpu: number;
}

export async function startBareUndici(url: string): Promise<BareUndici> {
  const { child } = await startChild('bare-undici-program.ts');
  return {
    async run(posts) {
      const { ms, cpu } = await ask<{ ms: number; cpu: number }>(child, { ...posts, url });
      return { perSecond: (posts.count * 1000) / ms, loopDelayP99: 0, parked: 0, cpu };
    },
    end: () => child.kill(),
  };
}
