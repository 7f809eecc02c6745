import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { unpackBrowser } from '../test/support/browser.ts';
import { type Tier, testFiles, tiers } from './test/tiers.ts';

// node scripts/test.ts [unit] [runtime] [browser]: the tests of these tiers, or all of them.
const named = process.argv.slice(2);
const unknown = named.filter((name) => !tiers.includes(name as Tier));
if (unknown.length > 0) {
  console.error(`No tier is called ${unknown.join(', ')}. There are: ${tiers.join(', ')}`);
  process.exit(1);
}

const mochaProgram = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const chosen = named.length > 0 ? (named as Tier[]) : tiers;
const { together, alone } = testFiles(chosen);
// Tests wait for some of their time: for a page, for what they started, for the moment when something is due.
const jobs = Math.min(availableParallelism() + 1, 6);

if (chosen.includes('browser')) await unpackBrowser();
const statuses = [
  await mocha(['--parallel', '--jobs', String(jobs), ...together]),
  alone.length > 0 ? await mocha(alone) : 0,
];
process.exitCode = statuses.some((status) => status !== 0) ? 1 : 0;

async function mocha(options: readonly string[]): Promise<number | null> {
  // Each of the hundreds of processes and threads that tests start would compile the same sources again.
  const env = {
    NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/tests'),
    ...process.env,
  };
  const child = spawn(process.execPath, [mochaProgram, ...options], { stdio: 'inherit', env });
  const [status] = await once(child, 'exit');
  return status;
}
