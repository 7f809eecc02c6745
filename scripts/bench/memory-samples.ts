import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './measure.ts';
import { memoryOf } from './process-facts.ts';
import type { SteadyLoad } from './steady-load.ts';

const everyMs = 5000;
const perMinute = 60_000 / everyMs;

/** What a Node-RED held at a moment; sizes in bytes. */
export interface Sample {
  readonly minute: number;
  /** Events since it started. */
  readonly done: number;
  readonly rss: number;
  readonly heap: number;
  /** The heap after a collection; once a minute, since a collection changes what is measured. */
  readonly live?: number;
  /** See `Memory`. */
  readonly young: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly journal: number;
  /** The journal's write-ahead log. */
  readonly log: number;
  readonly parked: number;
  /** Open files and sockets. */
  readonly descriptors: number;
  /** Ms until the intake answered, of the requests since the last sample. */
  readonly answerMedian: number;
  readonly answerP99: number;
}

/** Samples over so many minutes; `began` is when minute 0 was, by `performance.now()`. */
export async function sampleFor(load: SteadyLoad, minutes: number, began: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const start = performance.now();
  for (let n = 1; n <= minutes * perMinute; n += 1) {
    await sleep(Math.max(0, start + n * everyMs - performance.now()));
    const collect = n % perMinute === 0;
    samples.push({ minute: (performance.now() - began) / 60_000, ...(await held(load, collect)) });
  }
  return samples;
}

async function held(load: SteadyLoad, collect: boolean): Promise<Omit<Sample, 'minute'>> {
  const { nodeRed } = load;
  const answers = load.takeAnswerTimes();
  const done = await load.done();
  const { resident: rss, heap, young, external, arrayBuffers } = await memoryOf(nodeRed, 'now');
  const live = collect ? (await memoryOf(nodeRed, 'collected')).heap : undefined;
  const [registry] = await nodeRed.get<{ parked: number }[]>('provisioning/registries');
  const files = await journalFiles(join(nodeRed.userDir, 'provisioning/registry'));
  return {
    done,
    rss,
    heap,
    ...(live !== undefined && { live }),
    young,
    external,
    arrayBuffers,
    ...files,
    parked: registry?.parked ?? 0,
    descriptors: (await readdir(`/proc/${nodeRed.pid}/fd`)).length,
    answerMedian: quantile(answers, 0.5),
    answerP99: quantile(answers, 0.99),
  };
}

async function journalFiles(folder: string): Promise<{ journal: number; log: number }> {
  const sizes = { journal: 0, log: 0 };
  for (const name of await readdir(folder)) {
    // A file that SQLite has removed meanwhile holds nothing.
    const size = (await stat(join(folder, name)).catch(() => ({ size: 0 }))).size;
    if (name.endsWith('-wal')) sizes.log += size;
    else sizes.journal += size;
  }
  return sizes;
}
