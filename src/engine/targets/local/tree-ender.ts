import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TreeState } from './process-tree.ts';

const program = fileURLToPath(new URL(`./tree-ender-program${extname(import.meta.url)}`, import.meta.url));

/** Has trees ended by a process of their own, for a process that is about to end and can not wait for them. */
export function endLater(trees: readonly TreeState[]): void {
  if (trees.length === 0) return;
  try {
    const options = { detached: true, stdio: 'ignore', env: {} } as const;
    spawn(process.execPath, [program, JSON.stringify(trees)], options).unref();
  } catch {
    // They have had their SIGTERM; nobody is left whom it could be told that there is no room for more.
  }
}
