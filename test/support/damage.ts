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

/** The page, counted from 1, where an event or an execution has this text. */
export function pageWith(file: string, text: string): number {
  const content = readFileSync(file);
  const found = leavesOf(file).find((page) =>
    content.subarray((page - 1) * pageSize, page * pageSize).includes(text),
  );
  if (found === undefined) throw new Error(`no row has ${text}`);
  return found;
}

/** Other pages may have what once was in them. */
function leavesOf(file: string): number[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const pages = db
    .prepare("select pageno from dbstat where name in ('events', 'executions') and pagetype = 'leaf'")
    .all();
  db.close();
  return pages.map(({ pageno }) => Number(pageno));
}

export function overwritePage(file: string, page: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(pageSize, 0xa5), 0, pageSize, (page - 1) * pageSize);
  closeSync(fd);
}
