import type { SharedCircuit } from '../instances.ts';
import { stage } from '../stage.ts';
import type { Query } from './connection.ts';
import type { TableBook } from './table-book.ts';
import { circuitsIn } from './table-circuits.ts';

const passed = 'select seq from events where seq = any($1::bigint[]) and touched_at is not null';

const inHand = `select owner, count(*) as events from events
  where stage in (${stage.emitted}, ${stage.running}) group by owner`;

/** What operators and circuits say of handlers, as all instances share it: it is looked at from time to time. */
export class SharedState {
  readonly #query: Query;
  readonly #book: TableBook;
  #tellSwitched: () => void = () => undefined;
  #tellCircuits: (circuits: readonly SharedCircuit[]) => void = () => undefined;
  #tellLook: () => void = () => undefined;
  #told = '';

  constructor(query: Query, book: TableBook) {
    this.#query = query;
    this.#book = book;
  }

  onSwitched(tell: () => void): void {
    this.#tellSwitched = tell;
  }

  onCircuits(tell: (circuits: readonly SharedCircuit[]) => void): void {
    this.#tellCircuits = tell;
  }

  onLook(tell: () => void): void {
    this.#tellLook = tell;
  }

  async passed(events: readonly number[]): Promise<readonly number[]> {
    return (await this.#query(passed, [events])).map(({ seq }) => Number(seq));
  }

  async inHand(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#query(inHand, []);
    return new Map(rows.map(({ owner, events }) => [Number(owner), Number(events)]));
  }

  async look(): Promise<void> {
    const [circuits, switched] = await Promise.all([circuitsIn(this.#query), this.#book.refresh()]);
    const text = JSON.stringify(circuits);
    if (text !== this.#told) this.#tellCircuits(circuits);
    this.#told = text;
    if (switched) this.#tellSwitched();
    this.#tellLook();
  }
}
