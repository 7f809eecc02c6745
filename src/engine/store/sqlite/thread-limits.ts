import type { ResourceLimits } from 'node:worker_threads';

/**
 * Bounds of a journal's threads. V8 doubles the space of new objects while many of them outlive a collection, up to
 * 192 MB a thread; what these threads read and write lives for one batch, and is collected as fast in 12 MB.
 */
export const threadLimits: ResourceLimits = { maxYoungGenerationSizeMb: 12 };
