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
  /** The switches as others know them: what was read last, or written. */
  readonly #shared = new Map<string, string>();
  /** Whose switches are to be written. */
  readonly #changed = new Set<string>();
  /** Writes that are under way. */
  readonly #saving = new Set<readonly string[]>();
  /** Whose switches could not be written: it is tried again when it is known what others have switched. */
  readonly #unsaved = new Set<string>();

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

  /**
   * Reads what others have switched. What could not be written here is tried again, unless they have switched it since.
   * @returns whether something is other than it was here
   */
  async refresh(): Promise<boolean> {
    const rows = await this.#connection.query(sql.switches, []);
    const read = new Map(rows.map(({ handler, switch: text }) => [String(handler), String(text)]));
    // What is being written is newer: the answers on a connection come in the order of the questions.
    const own = new Set([...this.#changed, ...[...this.#saving].flat()]);
    const handlers = new Set([...read.keys(), ...this.#shared.keys(), ...this.#switches.keys()]);
    const changed = [...handlers].filter(
      (handler) => !own.has(handler) && this.#adopt(handler, read.get(handler)),
    );
    if (this.#unsaved.size > 0) void this.#write([...this.#unsaved]).catch(() => undefined);
    return changed.length > 0;
  }

  /** @param text of a handler's switch, as others know it now @returns whether it is another one than it was here */
  #adopt(handler: string, text: string | undefined): boolean {
    const isNews = text !== this.#shared.get(handler);
    put(this.#shared, handler, text);
    if (this.#unsaved.has(handler) && !isNews) return false;
    this.#unsaved.delete(handler);
    if (text === textOf(this.overrideOf(handler))) return false;
    put(this.#switches, handler, text && keptOverrideSchema.parse(JSON.parse(text)));
    return true;
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
    put(this.#switches, handler, override);
    this.#changed.add(handler);
  }

  hold(): KeptOverride | null {
    return this.overrideOf(registry);
  }

  holdAll(hold: KeptOverride | null): void {
    this.override(registry, hold);
  }

  async save(): Promise<void> {
    if (this.#changed.size > 0) await this.#write([...this.#changed]);
  }

  async #write(changed: readonly string[]): Promise<void> {
    for (const handler of changed) {
      this.#changed.delete(handler);
      this.#unsaved.delete(handler);
    }
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
      for (const handler of changed) this.#unsaved.add(handler);
      throw error;
    } finally {
      this.#saving.delete(changed);
    }
    for (const { handler, switch: text } of rows) put(this.#shared, handler, text);
    this.#onSaved();
  }

  #keepNumbers(rows: readonly Row[]): void {
    for (const { id, number } of rows) this.#numbers.set(String(id), Number(number));
  }
}

/** @param value nothing: there is none any more */
function put<Value>(map: Map<string, Value>, key: string, value: Value | '' | null | undefined): void {
  if (value) map.set(key, value);
  else map.delete(key);
}

function textOf(override: KeptOverride | null): string | undefined {
  return override ? JSON.stringify(override) : undefined;
}
