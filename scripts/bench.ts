import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { backlog } from './bench/backlog.ts';
import { costs } from './bench/costs.ts';
import { editor } from './bench/editor.ts';
import { idle } from './bench/idle.ts';
import type { Measure, Row } from './bench/measure.ts';
import { nextToRun } from './bench/next-to-run.ts';
import { processTrees } from './bench/process-trees.ts';
import { restart } from './bench/restart.ts';
import { retention } from './bench/retention.ts';
import { search } from './bench/search.ts';
import { throughput } from './bench/throughput.ts';

const measures: readonly Measure[] = [
  throughput,
  costs,
  nextToRun,
  processTrees,
  restart,
  backlog,
  search,
  retention,
  idle,
  editor,
];

const { only } = parseArgs({ options: { only: { type: 'string', multiple: true } } }).values;
const unknown = only?.filter((name) => !measures.some((measure) => measure.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `No measure is called ${unknown.join(', ')}. There are: ${measures.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}

console.log(machine());
const rows: Row[] = [];
for (const measure of measures) {
  if (only && !only.includes(measure.name)) continue;
  const began = performance.now();
  rows.push(...(await measure.run()));
  console.error(`${measure.name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
console.log(`\n${table(rows)}`);
process.exit(0);

function machine(): string {
  const nodeRed = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('node-red/package.json'), 'utf8'),
  );
  const [{ model = 'unknown CPU' } = {}] = cpus();
  return [
    `${cpus().length} cores (${model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB memory`,
    `Node.js ${process.version}, Node-RED ${nodeRed.version}`,
  ].join('; ');
}

function table(all: readonly Row[]): string {
  const cells = all.map(({ measure, value, rival, ratio, target, met }) => [
    measure,
    value,
    rival ?? '',
    ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
    target ?? '',
    met === undefined ? '' : met ? 'ok' : 'short',
  ]);
  const lines = [['measure', 'measured', 'rival', 'ratio', 'target', ''], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0), 3),
  );
  const drawn = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [drawn[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...drawn.slice(1)].join(
    '\n',
  );
}
