import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes that are read and written at a time. */
const part = 64 * 1024;

/**
 * Writes the write-ahead log once more, as it is, and syncs it. After a sync that failed the operating system takes what
 * was to be synced for clean: the next sync succeeds, and says nothing of it.
 * @throws when the disk does not take it
 */
export function rewriteLog(folder: string): void {
  const fd = openSync(join(folder, 'journal.sqlite-wal'), 'r+');
  try {
    const bytes = Buffer.alloc(part);
    for (let at = 0; ; ) {
      const read = readSync(fd, bytes, 0, part, at);
      if (read === 0) break;
      at += writeSync(fd, bytes, 0, read, at);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
