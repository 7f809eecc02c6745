import { isRecord } from '../../engine/words/absent.ts';

/** What a cell of a table holds. */
type Cell = string | number | boolean | null;
type FlatRow = Readonly<Record<string, Cell>>;

/**
 * An answer as rows of a table: each of its items, else the answer itself. Every row has all columns, `handler.name`
 * as `handlerName`; what is not there is null, and a list is a text with commas.
 */
export function flatRows(columns: readonly string[], answer: unknown): FlatRow[] {
  const rows = isRecord(answer) && Array.isArray(answer['items']) ? answer['items'] : [answer];
  const named = columns.map((column) => [nameOf(column), column.split('.')] as const);
  return rows.map((row) => Object.fromEntries(named.map(([name, path]) => [name, cellAt(row, path)])));
}

/** Where the next page begins, as a list says; undefined where there are no pages. */
export function nextCursorOf(answer: unknown): unknown {
  return isRecord(answer) ? answer['nextCursor'] : undefined;
}

function nameOf(column: string): string {
  return column.replace(/\.(\w)/g, (_, first: string) => first.toUpperCase());
}

function cellAt(row: unknown, path: readonly string[]): Cell {
  const value = path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), row);
  return Array.isArray(value) ? value.join(', ') : ((value ?? null) as Cell);
}
