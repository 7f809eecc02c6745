import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const pageSize = 4096;

/** The page, counted from 1, where a table or an index of a database begins. */
export function rootOf(file: string, name: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const root = Number(
    db.prepare('select rootpage from sqlite_master where name = ?').get(name)?.['rootpage'],
  );
  db.close();
  return root;
}

/** The page, counted from 1, whose row has this text; a page that once had it may have it still. */
export function pageWith(file: string, text: string): number {
  const content = readFileSync(file);
  const leaf = 13;
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
    const page = Math.floor(at / pageSize);
    if (content[page * pageSize] === leaf) return page + 1;
  }
  throw new Error(`no row has ${text}`);
}

export function overwritePage(file: string, page: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(pageSize, 0xa5), 0, pageSize, (page - 1) * pageSize);
  closeSync(fd);
}
