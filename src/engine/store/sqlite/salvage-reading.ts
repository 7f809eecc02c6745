import type { SQLInputValue } from 'node:sqlite';
import type { Statements } from './statements.ts';

export type Row = Record<string, SQLInputValue>;

/** The rows before the first one that can't be read. */
export function* readable(from: Statements, sql: string, ...values: readonly number[]): Generator<Row> {
  const rows = attempt(() => from.of(sql).iterate(...values));
  for (;;) {
    const next = attempt(() => rows?.next());
    if (!next || next.done) return;
    yield next.value as Row;
  }
}

/** @returns undefined where it can't be read */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
