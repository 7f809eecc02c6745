import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * What SQLite says of a journal whose process was killed: `ok`, or what is wrong with it. It looks at a copy:
 * opening the file itself would mend it before the process does that has to.
 */
export async function integrityOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'journal-copy-'));
  try {
    for (const file of ['journal.sqlite', 'journal.sqlite-wal']) {
      await copyFile(join(folder, file), join(copy, file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT' || file === 'journal.sqlite') throw error;
      });
    }
    const db = new DatabaseSync(join(copy, 'journal.sqlite'));
    try {
      const verdicts = db.prepare('pragma integrity_check').all();
      return verdicts.map((row) => String(Object.values(row)[0])).join('; ');
    } finally {
      db.close();
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
