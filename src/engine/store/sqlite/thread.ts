import { extname } from 'node:path';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/**
 * V8 doubles the space of new objects while many of them outlive a collection, up to 192 MB a thread; what these
 * threads read and write lives for one batch, and is collected as fast in 12 MB.
 */
const resourceLimits: ResourceLimits = { maxYoungGenerationSizeMb: 12 };

/** Starts one of a journal's threads. @param module of it, in this folder, without its extension */
export function startThread(module: 'writer/writer' | 'reader/reader', workerData: unknown): Worker {
  const url = new URL(`./${module}${extname(import.meta.url)}`, import.meta.url);
  return new Worker(url, { workerData, resourceLimits });
}
