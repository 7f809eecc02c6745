import type { SharedCircuit } from '../instances.ts';
import type { StoredCircuit } from '../journal.ts';
import type { Query } from './connection.ts';

const sql = {
  all: `select handler_id as handler, state, since, error, failures, probed, probed_at as "probedAt",
    prober <> $1 and exists(select from instances where id = prober and not dead) as "triedElsewhere"
    from circuits order by handler_id`,
  // Who opens what another one has opened has it open since then.
  keep: `insert into circuits(handler_id, state, since, error, failures) values($1, $2, $3, $4, 0)
    on conflict(handler_id) do update set state = excluded.state, since = excluded.since, error = excluded.error,
    failures = 0 where circuits.state = 'closed' or excluded.state = 'gone' and circuits.state <> 'gone'`,
  // Since when it is closed, others could not tell of one that is not there.
  close: `update circuits set state = 'closed', since = case state when 'closed' then since else $3 end, error = null,
    failures = 0, probed = null, probed_at = null, prober = null where handler_id = $1 and state in ('closed', $2)`,
  count: `insert into circuits(handler_id, state, since, failures) values($1, 'closed', 0, $2)
    on conflict(handler_id) do update set failures = circuits.failures + excluded.failures
    where circuits.state = 'closed' returning failures`,
  endProbe:
    'update circuits set prober = null, error = coalesce($3, error) where handler_id = $1 and prober = $2',
};

/** How an instance changes the circuits that it shares with others. */
export class TableCircuits {
  readonly #query: Query;
  readonly #me: number;
  readonly #onTurned: () => void;
  /** Handlers whose circuit was changed here since reading was begun last. */
  readonly #changed = new Set<string>();
  /** By handler: the last count that was begun, or is to begin. */
  readonly #counts = new Map<string, Promise<number | null>>();
  /** By handler: failures that the next count is of. */
  readonly #uncounted = new Map<string, number>();

  /** @param me this instance @param onTurned others can read now that a circuit has opened or closed */
  constructor(query: Query, me: number, onTurned: () => void) {
    this.#query = query;
    this.#me = me;
    this.#onTurned = onTurned;
  }

  /**
   * Those that were ever open, or have failures in a row.
   * @returns `changed` goes on: of its handlers what was read is outdated
   */
  async read(): Promise<{ readonly all: readonly SharedCircuit[]; readonly changed: ReadonlySet<string> }> {
    this.#changed.clear();
    const all = (await this.#query(sql.all, [this.#me])) as unknown as readonly SharedCircuit[];
    return { all, changed: this.#changed };
  }

  /** @param from what it was as far as is known here: where others know better, it stays as it is */
  async save({ handler, state, since, error }: StoredCircuit, from: StoredCircuit['state']): Promise<void> {
    this.#changed.add(handler);
    if (state === 'closed') await this.#query(sql.close, [handler, from, since]);
    else await this.#query(sql.keep, [handler, state, since, error]);
    if (state !== from) this.#onTurned();
  }

  /**
   * One more failure in a row. A count of a handler waits for the one before, and takes along what comes meanwhile.
   * @returns how many there are; null: the circuit is not closed any more
   */
  count(handler: string): Promise<number | null> {
    const waiting = this.#uncounted.get(handler);
    this.#uncounted.set(handler, (waiting ?? 0) + 1);
    const before = this.#counts.get(handler);
    if (before && waiting !== undefined) return before;
    const counted = Promise.resolve(before?.catch(() => null)).then(() => this.#count(handler));
    this.#counts.set(handler, counted);
    return counted;
  }

  async #count(handler: string): Promise<number | null> {
    const failures = this.#uncounted.get(handler);
    this.#uncounted.delete(handler);
    const [row] = await this.#query(sql.count, [handler, failures]);
    if (!this.#uncounted.has(handler)) this.#counts.delete(handler);
    return row ? Number(row['failures']) : null;
  }

  /** The probe of this instance is over. @param error what it came to; null: nobody was called */
  async endProbe(handler: string, error: string | null): Promise<void> {
    this.#changed.add(handler);
    await this.#query(sql.endProbe, [handler, this.#me, error]);
  }
}
