import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Compiles each statement once. Statements are few: values are always bound. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #bySql = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  of(sql: string): StatementSync {
    let statement = this.#bySql.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      statement.setAllowUnknownNamedParameters(true);
      this.#bySql.set(sql, statement);
    }
    return statement;
  }
}
