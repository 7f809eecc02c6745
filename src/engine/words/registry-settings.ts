import type { Bounds } from './bounds.ts';

/** Whether events of one object are kept in their order. */
export const orderings = ['object', 'none'] as const;

/** What an absent property of a registry means. */
export const registryDefaults = {
  concurrency: 64,
  ordering: 'object',
  claimSeconds: 60,
  retentionDays: 30,
  retentionEvents: 1_000_000,
} as const;

export const registryBounds = {
  concurrency: { min: 1, max: 1024, whole: true },
  claimSeconds: { min: 1, max: 86_400, whole: true },
  retentionDays: { min: 0, max: 36_500, whole: true },
  retentionEvents: { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true },
} as const satisfies Record<string, Bounds>;
