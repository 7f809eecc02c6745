import type { PassedEvent, TellCircuits } from '../instances.ts';
import { stage } from '../stage.ts';
import type { Query } from './connection.ts';
import { nobody } from './members.ts';
import type { TableBook } from './table-book.ts';
import type { TableCircuits } from './table-circuits.ts';

const passed = `select seq as event, home = ${nobody} as "goneOn" from events
  where seq = any($1::bigint[]) and touched_at is not null`;

/** What was touched after a moment at events that are not this one's, the last first. */
const changed = `select seq, touched_at as at, array(
    select x.seq from executions x where x.event_seq = e.seq) as executions
  from events e where touched_at > $1 and home <> $2 order by touched_at desc limit 200`;
/** µs that a commit may come later than its time tells, and that clocks may differ. */
const lateness = 3_000_000;

interface Touched {
  readonly seq: number;
  readonly at: number;
  readonly executions: readonly number[];
}

const inHand = `select owner, count(*) as events from events
  where stage in (${stage.emitted}, ${stage.running}) group by owner`;

/** What operators and circuits say of handlers, as all instances share it: it is looked at from time to time. */
export class SharedState {
  readonly #query: Query;
  readonly #book: TableBook;
  readonly #circuits: TableCircuits;
  readonly #me: number;
  #tellSwitched: () => void = () => undefined;
  #tellCircuits: TellCircuits = () => undefined;
  #tellLook: () => void = () => undefined;
  #touched: { readonly since: number; readonly known: ReadonlyMap<number, number> };

  /** @param me this instance @param lastTouched when an event was touched last, in µs */
  constructor(
    query: Query,
    { book, circuits }: { readonly book: TableBook; readonly circuits: TableCircuits },
    me: number,
    lastTouched: number,
  ) {
    this.#query = query;
    this.#book = book;
    this.#circuits = circuits;
    this.#me = me;
    this.#touched = { since: lastTouched, known: new Map() };
  }

  onSwitched(tell: () => void): void {
    this.#tellSwitched = tell;
  }

  onCircuits(tell: TellCircuits): void {
    this.#tellCircuits = tell;
  }

  onLook(tell: () => void): void {
    this.#tellLook = tell;
  }

  async passed(events: readonly number[]): Promise<readonly PassedEvent[]> {
    return (await this.#query(passed, [events])) as unknown as readonly PassedEvent[];
  }

  async changedElsewhere(): Promise<readonly number[]> {
    const since = this.#touched.since - lateness;
    const rows = (await this.#query(changed, [since, this.#me])) as unknown as readonly Touched[];
    // Clocks differ, and who is late with a commit has touched it before.
    const news = rows.filter(({ seq, at }) => this.#touched.known.get(seq) !== at);
    const latest = Math.max(this.#touched.since, ...rows.map(({ at }) => at));
    this.#touched = { since: latest, known: new Map(rows.map(({ seq, at }) => [seq, at])) };
    return news.flatMap(({ executions }) => executions);
  }

  async inHand(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#query(inHand, []);
    return new Map(rows.map(({ owner, events }) => [Number(owner), Number(events)]));
  }

  async look(): Promise<void> {
    const [circuits, switched] = await Promise.all([this.#circuits.read(), this.#book.refresh()]);
    this.#tellCircuits(circuits.all, circuits.changed);
    if (switched) this.#tellSwitched();
    this.#tellLook();
  }
}
