import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. Containers have it too, but often with room for 64 MB only. */
const memory = '/dev/shm';
const roomWanted = 2 ** 30;

const temporary = new Set<string>();
process.once('exit', () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** An empty folder that is gone when the test process ends. */
export function temporaryFolder(prefix = 'provisioning-', parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, prefix));
  temporary.add(folder);
  return folder;
}

/**
 * A temporary folder for the journals of tests that are not about the disk: in memory where there is room, so that they
 * don't wait for it at each commit. Nothing in it may be executable.
 */
export function journalFolder(prefix = 'journal-'): string {
  return temporaryFolder(prefix, hasRoom(memory) ? memory : undefined);
}

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= roomWanted;
}
