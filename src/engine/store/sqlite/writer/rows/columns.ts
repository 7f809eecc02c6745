import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** The column of a property: `nextHandler` is kept in `next_handler`. */
export function columnOf(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Columns to select, each named as its property. */
export function selected(properties: readonly string[]): string {
  return properties
    .map((name) => (columnOf(name) === name ? name : `${columnOf(name)} as ${name}`))
    .join(', ');
}

/** Writes of a row what is given, found by its `seq`. Few combinations are ever given: each is compiled once. */
export function patchesOf(db: DatabaseSync, table: string) {
  const statements = new Map<string, StatementSync>();

  function statementFor(properties: readonly string[]): StatementSync {
    const key = properties.join();
    let statement = statements.get(key);
    if (!statement) {
      const set = properties.map((name) => `${columnOf(name)} = ?`).join(', ');
      statement = db.prepare(`update ${table} set ${set} where seq = ?`);
      statements.set(key, statement);
    }
    return statement;
  }

  /** @param values as they are stored */
  return (seq: number, properties: readonly string[], values: readonly SQLInputValue[]): void =>
    void statementFor(properties).run(...values, seq);
}
