import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Line, linePlot, minutes as minutesTo, type Span } from './line-plot.ts';
import { type Sample, sampleFor } from './memory-samples.ts';
import { startReceiver } from './receiver.ts';
import { type SteadyLoad, startSteadyLoad, unbounded } from './steady-load.ts';
import { trendOf } from './trend.ts';

// npm run bench:memory [-- MINUTES [--svg FILE]]: so many minutes at 70 % of the peak, and half as many at the peak.
const { positionals, values } = parseArgs({ allowPositionals: true, options: { svg: { type: 'string' } } });
const minutes = Number(positionals[0] ?? 20);
if (!(minutes > 0)) throw new Error('MINUTES is to be a number above 0');

const sizes = {
  rss: 'process (RSS)',
  heap: 'heap',
  live: 'heap, collected',
  young: 'young generation',
  external: 'external',
  arrayBuffers: 'array buffers',
  journal: 'journal',
  log: 'write-ahead log',
} as const;
type Size = keyof typeof sizes;
const colors: Readonly<Record<Size, string>> = {
  rss: '#c0392b',
  heap: '#8eb4e3',
  live: '#1f4e9c',
  young: '#2c7a3f',
  external: '#8e44ad',
  arrayBuffers: '#16a085',
  journal: '#777',
  log: '#d68910',
};

interface Phase extends Span {
  readonly samples: readonly Sample[];
}

const receiver = await startReceiver();
const load = await startSteadyLoad(`${receiver.url}/flaky/50`);
const peak = await peakOf(load);
console.log(`Node.js ${process.version}; peak: ${Math.round(peak)} events/s through three handlers\n`);

const began = performance.now();
const phases = [
  await phase('70 % of peak', minutes, 0.7 * peak),
  await phase('peak', minutes / 2, unbounded),
];
await load.end();
receiver.end();
if (values.svg) await writeFile(values.svg, plot(phases));
process.exit(0);

/** Events a second, in the second half of a minute without a bound. */
async function peakOf({ setRate, done }: SteadyLoad): Promise<number> {
  await setRate(unbounded);
  await sleep(30_000);
  const before = { done: await done(), at: performance.now() };
  await sleep(30_000);
  return ((await done()) - before.done) / ((performance.now() - before.at) / 1000);
}

async function phase(name: string, length: number, rate: number): Promise<Phase> {
  // 100 a second come by the intake.
  await load.setRate(rate - 100);
  const from = (performance.now() - began) / 60_000;
  const samples = await sampleFor(load, length, began);
  const all = { name, from, to: from + length, samples };
  print(all);
  return all;
}

function print({ name, from, to, samples }: Phase): void {
  const columns = ['minute', 'events/s', ...Object.values(sizes), 'parked'];
  console.log(`${name}\n| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`);
  samples.forEach((sample, at) => {
    const before = samples[Math.max(0, at - 12)];
    if (sample.live === undefined || !before) return;
    const perSecond = (sample.done - before.done) / ((sample.minute - before.minute) * 60);
    const held = Object.keys(sizes).map((size) => megabytes(sample[size as Size] ?? 0));
    console.log(
      `| ${[sample.minute.toFixed(1), Math.round(perSecond), ...held, sample.parked].join(' | ')} |`,
    );
  });
  const settled = samples.filter(({ minute }) => minute >= from + (to - from) / 3);
  console.log(`\nchange after the first third, MB an hour (95 %):`);
  for (const [size, label] of Object.entries(sizes)) {
    const points = pointsOf(settled, size as Size);
    if (points.length < 4) continue;
    const { perHour, margin } = trendOf(points);
    console.log(`  ${label}: ${perHour.toFixed(1)} ± ${margin.toFixed(1)}`);
  }
  console.log();
}

/** In MB. */
function pointsOf(samples: readonly Sample[], size: Size) {
  return samples.flatMap(({ minute, [size]: bytes }) =>
    bytes === undefined ? [] : [{ minute, value: bytes / 2 ** 20 }],
  );
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function plot(all: readonly Phase[]): string {
  const samples = all.flatMap((one) => one.samples);
  const lines: Line[] = Object.entries(sizes).map(([size, name]) => ({
    name,
    color: colors[size as Size],
    points: pointsOf(samples, size as Size).map(({ minute, value }) => ({ x: minute, y: value })),
  }));
  const axis = minutesTo(Math.max(...all.map(({ to }) => to)));
  return linePlot(`Memory of Node-RED, ${new Date().toISOString().slice(0, 10)}`, 'MB', lines, axis, all);
}
