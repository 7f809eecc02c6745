import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The handler book as text: what registry.json holds, kept here as well. */
export class Book {
  readonly #keep: StatementSync;
  readonly #find: StatementSync;

  constructor(db: DatabaseSync) {
    this.#keep = db.prepare(
      "insert into meta values('book', ?) on conflict(key) do update set value = excluded.value",
    );
    this.#find = db.prepare("select value from meta where key = 'book'");
  }

  get text(): string | null {
    return (this.#find.get()?.['value'] as string | undefined) ?? null;
  }

  keep(text: string): void {
    this.#keep.run(text);
  }
}
