import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writeLeftOver } from '../../src/engine/store/sqlite/writer/drafts/left-over.ts';
import { journalFolder } from './temporary-folder.ts';

/** Rows of a journal as they would be if its process were killed now; the journal itself stays as it is. */
export function journalRows<Row>(folder: string, sql: string): Row[] {
  const left = new LeftFiles(folder);
  try {
    const db = new DatabaseSync(left.journal);
    writeLeftOver(db);
    const rows = db.prepare(sql).all() as Row[];
    db.close();
    return rows;
  } finally {
    left.forget();
  }
}

/** Rows of a journal as anybody finds them who opens its file. */
export function storedRows<Row>(folder: string, sql: string): Row[] {
  const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true, timeout: 5000 });
  try {
    return db.prepare(sql).all() as Row[];
  } finally {
    db.close();
  }
}

/** A journal's files as they would be left if its process were killed now. */
export class LeftFiles {
  readonly #folder: string;
  readonly #copies = journalFolder('journal-left-');
  readonly journal = join(this.#copies, 'journal.sqlite');

  constructor(folder: string) {
    this.#folder = folder;
    // It is written after the journal: what it says is in the copy.
    this.#copy('journal.sqlite-mark', folder, this.#copies);
    const source = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true, timeout: 5000 });
    source.prepare('vacuum into ?').run(this.journal);
    source.close();
  }

  /** Puts them back, whatever has been written since. */
  putBack(): void {
    for (const name of ['journal.sqlite-wal', 'journal.sqlite-shm'])
      rmSync(join(this.#folder, name), { force: true });
    for (const name of ['journal.sqlite', 'journal.sqlite-mark'])
      this.#copy(name, this.#copies, this.#folder);
    this.forget();
  }

  forget(): void {
    rmSync(this.#copies, { recursive: true, force: true });
  }

  #copy(name: string, from: string, to: string): void {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
}
