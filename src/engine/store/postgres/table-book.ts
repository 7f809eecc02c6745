import { type HandlerBook, type KeptOverride, keptOverrideSchema } from '../handler-book.ts';
import { Disconnected, type Row } from './connection.ts';
import type { KeptConnection } from './kept-connection.ts';

/** Stands for the registry as a whole: no node has this id. */
const registry = '';

const sql = {
  numbers: 'select id, number from handlers',
  switches: 'select handler_id as handler, switch from switches order by handler_id',
  lock: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
  number: `insert into handlers(id, number)
    select id, (select coalesce(max(number), 0) from handlers) + row_number() over (order by place)
    from (select id, min(place) as place from unnest($1::text[]) with ordinality a(id, place) group by id) asked
    where not exists (select 1 from handlers h where h.id = asked.id)`,
  numbersOf: 'select id, number from handlers where id = any($1::text[])',
  save: `insert into switches(handler_id, switch)
    select handler, switch from json_to_recordset($1) as d(handler text, switch text) where switch is not null
    on conflict(handler_id) do update set switch = excluded.switch`,
  remove: 'delete from switches where handler_id = any($1::text[])',
};

/** A handler book in two tables, held in memory. */
export class TableBook implements HandlerBook {
  readonly #connection: KeptConnection;
  readonly #lock: string;
  readonly #onSaved: () => void;
  readonly #numbers = new Map<string, number>();
  readonly #switches = new Map<string, KeptOverride>();
  /** Whose switches are not written yet. */
  readonly #changed = new Set<string>();
  /** Writes that are under way. */
  readonly #saving = new Set<readonly string[]>();

  private constructor(connection: KeptConnection, lock: string, onSaved: () => void) {
    this.#connection = connection;
    this.#lock = lock;
    this.#onSaved = onSaved;
  }

  /**
   * @param connection on which nothing else is in a transaction
   * @param lock by which one at a time gives numbers
   * @param onSaved something was switched, which others can read now
   */
  static async read(connection: KeptConnection, lock: string, onSaved: () => void): Promise<TableBook> {
    const book = new TableBook(connection, lock, onSaved);
    const { query } = connection;
    const [numbers] = await Promise.all([query(sql.numbers, []), book.refresh()]);
    book.#keepNumbers(numbers);
    return book;
  }

  /** Reads what others have switched. @returns whether something is other than it was here */
  async refresh(): Promise<boolean> {
    const rows = await this.#connection.query(sql.switches, []);
    const read = new Map(rows.map(({ handler, switch: text }) => [String(handler), String(text)]));
    // What is being written is newer: the answers on a connection come in the order of the questions.
    const own = new Set([...this.#changed, ...[...this.#saving].flat()]);
    const changed = [...new Set([...read.keys(), ...this.#switches.keys()])].filter(
      (handler) => !own.has(handler) && read.get(handler) !== textOf(this.overrideOf(handler)),
    );
    for (const handler of changed) {
      const text = read.get(handler);
      if (text === undefined) this.#switches.delete(handler);
      else this.#switches.set(handler, keptOverrideSchema.parse(JSON.parse(text)));
    }
    return changed.length > 0;
  }

  /** Waits while there is no connection: nobody is called without a number. */
  async number(handlers: readonly string[]): Promise<void> {
    const without = handlers.filter((handler) => !this.#numbers.has(handler));
    while (without.some((handler) => !this.#numbers.has(handler))) {
      const { query } = await this.#connection.connected();
      try {
        // Sent at once, so that nothing comes between; who waits for the lock sees what the other one has given.
        const [, , , , numbers] = await Promise.all([
          query('begin'),
          query(sql.lock, [this.#lock]),
          query(sql.number, [without]),
          query('commit'),
          query(sql.numbersOf, [without]),
        ]);
        this.#keepNumbers(numbers);
      } catch (error) {
        if (!(error instanceof Disconnected)) throw error;
      }
    }
  }

  numberOf(handler: string): number {
    return this.#numbers.get(handler) ?? 0;
  }

  overrideOf(handler: string): KeptOverride | null {
    return this.#switches.get(handler) ?? null;
  }

  overridden(): readonly string[] {
    return [...this.#switches.keys()].filter((handler) => handler !== registry);
  }

  override(handler: string, override: KeptOverride | null): void {
    if (override) this.#switches.set(handler, override);
    else this.#switches.delete(handler);
    this.#changed.add(handler);
  }

  hold(): KeptOverride | null {
    return this.overrideOf(registry);
  }

  holdAll(hold: KeptOverride | null): void {
    this.override(registry, hold);
  }

  async save(): Promise<void> {
    const changed = [...this.#changed];
    if (changed.length === 0) return;
    this.#changed.clear();
    const rows = changed.map((handler) => ({ handler, switch: textOf(this.overrideOf(handler)) ?? null }));
    const gone = changed.filter((handler) => !this.#switches.has(handler));
    const { query } = this.#connection;
    this.#saving.add(changed);
    try {
      await Promise.all([
        query(sql.save, [JSON.stringify(rows)]),
        gone.length > 0 && query(sql.remove, [gone]),
      ]);
    } catch (error) {
      for (const handler of changed) this.#changed.add(handler);
      throw error;
    } finally {
      this.#saving.delete(changed);
    }
    this.#onSaved();
  }

  #keepNumbers(rows: readonly Row[]): void {
    for (const { id, number } of rows) this.#numbers.set(String(id), Number(number));
  }
}

function textOf(override: KeptOverride | null): string | undefined {
  return override ? JSON.stringify(override) : undefined;
}
