import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Line, linePlot, minutes as minutesTo, stacked } from './line-plot.ts';
import { type Sample, sampleFor } from './memory-samples.ts';
import { startReceiver } from './receiver.ts';
import { type SteadyLoad, startSteadyLoad, unbounded } from './steady-load.ts';
import { type Point, trendOf } from './trend.ts';

// npm run bench:memory [-- MINUTES [--svg FILE]]: so many minutes at 80 % of the peak.
const { positionals, values } = parseArgs({ allowPositionals: true, options: { svg: { type: 'string' } } });
const minutes = Number(positionals[0] ?? 30);
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

const latencies = { answerMedian: 'intake, median', answerP99: 'intake, p99' } as const;
const latencyColors = { answerMedian: '#1f4e9c', answerP99: '#c0392b' } as const;

const receiver = await startReceiver();
const load = await startSteadyLoad(`${receiver.url}/flaky/50`);
const peak = await peakOf(load);
console.log(`Node.js ${process.version}; peak: ${Math.round(peak)} events/s through three handlers\n`);

const began = performance.now();
// 100 a second come by the intake.
await load.setRate(0.8 * peak - 100);
load.takeAnswerTimes();
const samples = await sampleFor(load, minutes, began);
print(samples);
await load.end();
receiver.end();
if (values.svg) await writeFile(values.svg, plots(samples));
process.exit(0);

/** Events a second, in the second half of a minute without a bound. */
async function peakOf({ setRate, done }: SteadyLoad): Promise<number> {
  await setRate(unbounded);
  await sleep(30_000);
  const before = { done: await done(), at: performance.now() };
  await sleep(30_000);
  return ((await done()) - before.done) / ((performance.now() - before.at) / 1000);
}

function print(all: readonly Sample[]): void {
  const further = ['parked', 'descriptors', ...Object.values(latencies).map((name) => `${name} (ms)`)];
  const columns = ['minute', 'events/s', ...Object.values(sizes), ...further];
  console.log(`80 % of the peak\n| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`);
  all.forEach((sample, at) => {
    const before = all[Math.max(0, at - 12)];
    if (sample.live === undefined || !before) return;
    const perSecond = (sample.done - before.done) / ((sample.minute - before.minute) * 60);
    const held = Object.keys(sizes).map((size) => megabytes(sample[size as Size] ?? 0));
    const { parked, descriptors, answerMedian, answerP99 } = sample;
    const rest = [parked, descriptors, answerMedian.toFixed(1), answerP99.toFixed(1)];
    console.log(`| ${[sample.minute.toFixed(1), Math.round(perSecond), ...held, ...rest].join(' | ')} |`);
  });
  const settled = all.slice(Math.floor(all.length / 3));
  console.log('\nchange after the first third, an hour (95 %):');
  for (const [size, label] of Object.entries(sizes))
    printTrend(`${label}, MB`, pointsOf(settled, size as Size, 2 ** 20));
  printTrend('descriptors', pointsOf(settled, 'descriptors'));
  for (const [name, label] of Object.entries(latencies))
    printTrend(`${label}, ms`, pointsOf(settled, name as keyof typeof latencies));
}

function printTrend(label: string, points: readonly Point[]): void {
  if (points.length < 4) return;
  const { perHour, margin } = trendOf(points);
  console.log(`  ${label}: ${perHour.toFixed(1)} ± ${margin.toFixed(1)}`);
}

function pointsOf(all: readonly Sample[], name: keyof Sample, unit = 1): Point[] {
  return all.flatMap(({ minute, [name]: value }) =>
    value === undefined ? [] : [{ minute, value: value / unit }],
  );
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function plots(all: readonly Sample[]): string {
  const axis = minutesTo(all.at(-1)?.minute ?? 0);
  const line = (name: string, color: string, points: readonly Point[]): Line => ({
    name,
    color,
    points: points.map(({ minute, value }) => ({ x: minute, y: value })),
  });
  const held = Object.entries(sizes).map(([size, name]) =>
    line(name, colors[size as Size], pointsOf(all, size as Size, 2 ** 20)),
  );
  const answered = Object.entries(latencies).map(([name, label]) => {
    const latency = name as keyof typeof latencies;
    return line(label, latencyColors[latency], pointsOf(all, latency));
  });
  const open = line('open', '#2c7a3f', pointsOf(all, 'descriptors'));
  const date = new Date().toISOString().slice(0, 10);
  return stacked([
    linePlot(`Memory of Node-RED and files of the journal, ${date}`, 'MB', held, axis),
    linePlot(`Time until the intake answers, ${date}`, 'ms', answered, axis),
    linePlot(`Files and sockets, ${date}`, '', [open], axis),
  ]);
}
