import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const tiers = ['unit', 'runtime', 'browser'] as const;
export type Tier = (typeof tiers)[number];

const root = join(import.meta.dirname, '../..');
const browser = 'test/support/browser.ts';
const runtimes = ['test/support/node-red.ts', 'test/support/postgres.ts'];
/** What is about the whole, and what takes longer than its size tells: it waits by its nature, or tries very much. */
const long =
  /^test\/(?:faults|hostile|package|engine\/targets\/(?:local|resident|redaction))\/|\/(?:model|model-instances|pruning|sqlite-store|storage-trouble|deadline|both-stores)\.test\.ts$/;

/** What measures speed, memory or idleness, or whose leases must not end by the load of others: it runs by itself. */
const measuring = new Set([
  'test/engine/delivery/model-instances.test.ts',
  'test/faults/deploy.test.ts',
  'test/faults/instances.test.ts',
  'test/faults/load.test.ts',
  'test/tab/load.test.ts',
]);

export interface TestFiles {
  /** In the order in which to begin them: what takes long does not come last. */
  readonly together: readonly string[];
  /** One after the other, when the others are done. */
  readonly alone: readonly string[];
}

/** The test files of these tiers, by their paths in the repository. */
export function testFiles(wanted: readonly Tier[]): TestFiles {
  const files = globSync('test/**/*.test.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .map((file) => ({ file, tier: tierOf(file), bytes: statSync(join(root, file)).size }))
    .filter(({ tier }) => wanted.includes(tier))
    .sort(
      (a, b) =>
        tiers.indexOf(b.tier) - tiers.indexOf(a.tier) ||
        Number(long.test(b.file)) - Number(long.test(a.file)) ||
        b.bytes - a.bytes,
    )
    .map(({ file }) => file);
  return {
    together: files.filter((file) => !measuring.has(file)),
    alone: files.filter((file) => measuring.has(file)),
  };
}

/**
 * The tier of a test file follows from what it imports: `browser` if that opens a browser, `runtime` if it starts a
 * whole Node-RED or a PostgreSQL, else `unit`. What is long is `runtime` in any case.
 */
export function tierOf(file: string): Tier {
  const used = importsOf(file);
  if (used.has(browser)) return 'browser';
  return runtimes.some((one) => used.has(one)) || long.test(file) ? 'runtime' : 'unit';
}

/** The files of `test/` and `scripts/` that a file imports, directly or not, for more than their types. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  const source = readFileSync(join(root, file), 'utf8');
  for (const [, path = ''] of source.matchAll(/^(?:import|export) (?!type )[^;']*'(\.[^']+)';$/gm)) {
    const imported = join(dirname(file), path).replaceAll('\\', '/');
    if (!/^(?:test|scripts)\/.*\.ts$/.test(imported) || seen.has(imported)) continue;
    seen.add(imported);
    importsOf(imported, seen);
  }
  return seen;
}
