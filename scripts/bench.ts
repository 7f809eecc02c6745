import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { backlog, backlogInPostgres } from './bench/backlog.ts';
import { costs } from './bench/costs.ts';
import { editor } from './bench/editor.ts';
import { fullJournal } from './bench/full-journal.ts';
import { idle } from './bench/idle.ts';
import { intake } from './bench/intake/intake.ts';
import type { Measure, Row } from './bench/measure.ts';
import { nextToRun, nextToRunInPostgres } from './bench/next-to-run.ts';
import { postgres } from './bench/postgres/postgres.ts';
import { processTrees } from './bench/process-trees.ts';
import { restart, restartInPostgres } from './bench/restart.ts';
import { retention, retentionInPostgres } from './bench/retention.ts';
import { search, searchInPostgres } from './bench/search.ts';
import { full } from './bench/throughput/full.ts';
import { scripts } from './bench/throughput/scripts.ts';
import { throughput } from './bench/throughput/throughput.ts';

/** Of no speed: the full journal is made beside them. */
const unhurried: readonly Measure[] = [processTrees, backlog, idle, editor];
const onFullJournal: readonly Measure[] = [full, search, retention];
/** They do not wait: it takes long to make, and is made when all else is measured. */
const inPostgres: readonly Measure[] = [
  backlogInPostgres,
  nextToRunInPostgres,
  searchInPostgres,
  restartInPostgres,
  retentionInPostgres,
];
const measures: readonly Measure[] = [
  ...unhurried,
  throughput,
  postgres,
  scripts,
  intake,
  costs,
  nextToRun,
  restart,
  ...onFullJournal,
  ...inPostgres,
];

// npm run bench [-- --only MEASURE] [--svg FILE]: all measures, or these; and what throughput costs, as a picture.
const { only, svg } = parseArgs({
  options: { only: { type: 'string', multiple: true }, svg: { type: 'string' } },
}).values;
const unknown = only?.filter((name) => !measures.some((measure) => measure.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `No measure is called ${unknown.join(', ')}. There are: ${measures.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}

const chosen = measures.filter(({ name }) => !only || only.includes(name));
if (svg !== undefined && !chosen.includes(throughput)) {
  console.error('--svg draws what throughput costs, which is not measured now');
  process.exit(1);
}

console.log(machine());
console.log('Not measured: BullMQ on a Redis that syncs what it writes; neither comes with this package.');
const rows: Row[] = [];
const made = chosen.some((measure) => onFullJournal.includes(measure)) && fullJournal();
for (const measure of chosen) {
  if (!unhurried.includes(measure)) await made;
  const began = performance.now();
  rows.push(...(await measure.run(svg)));
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
    new Date().toISOString().slice(0, 10),
    `${cpus().length} cores (${model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB memory`,
    `Node.js ${process.version}, Node-RED ${nodeRed.version}`,
  ].join('; ');
}

function table(all: readonly Row[]): string {
  const cells = all.map(({ measure, value, rival, ratio, spread, target, met }) => [
    measure,
    value,
    rival ?? '',
    ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
    spread ? spread.map((one) => one.toFixed(2)).join(' … ') : '',
    target ?? '',
    met === undefined ? '' : met ? 'ok' : 'short',
  ]);
  const lines = [['measure', 'measured', 'rival', 'ratio', 'quartiles', 'target', ''], ...cells];
  const widths = [0, 1, 2, 3, 4, 5, 6].map((column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0), 3),
  );
  const drawn = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [drawn[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...drawn.slice(1)].join(
    '\n',
  );
}
