import type { Engine } from '../engine/engine.ts';
import { briefCauseOf } from '../engine/words/cause.ts';
import type { ExecutionRow, MissingHandler, ParkedFor } from '../engine/words/execution.ts';

/** How many executions of a registry wait, and why the last of them to be told of does. */
export interface Waits {
  readonly count: number;
  /** Why its call failed, briefly; null where nobody called, and `parkedFor` says it all. */
  readonly cause: string | null;
  /** Of a handler that is missing, why it is, where that is known. */
  readonly parkedFor: ParkedFor | MissingHandler['why'];
}

type Engineer = Pick<Engine, 'news' | 'log' | 'circuitOf'>;
type Row = Pick<ExecutionRow, 'status' | 'parkedFor' | 'error' | 'code' | 'handler'>;

/** Ms until what has changed is counted, and between two counts. */
const gathering = 250;
const betweenCounts = 1000;

/**
 * Follows what waits in a registry. The journal is asked for the number once in a while, and only when something has
 * parked, or may have left while something waits: where nothing parks it is asked once.
 */
export class Waiting {
  readonly #engine: Engineer;
  readonly #missing: (handler: string) => MissingHandler | null;
  readonly #tell = new Set<(waits: Waits | null) => void>();
  #waits: Waits | null = null;
  /** Of the row that was told of last, until it is counted. */
  #reason: Omit<Waits, 'count'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #counted = Number.NEGATIVE_INFINITY;
  #unobserve: (() => void) | undefined;

  /** @param missing why a handler is, of which nothing else is known */
  constructor(engine: Engineer, missing: (handler: string) => MissingHandler | null) {
    this.#engine = engine;
    this.#missing = missing;
  }

  /** @param tell at once, and whenever it is otherwise; null: nothing waits @returns what ends it */
  observe(tell: (waits: Waits | null) => void): () => void {
    this.#tell.add(tell);
    this.#unobserve ??= this.#engine.news.observe((row) => this.#note(row));
    tell(this.#waits);
    this.ask();
    return () => {
      this.#tell.delete(tell);
      if (this.#tell.size > 0) return;
      this.#unobserve?.();
      this.#unobserve = undefined;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Counts soon. */
  ask(): void {
    const since = performance.now() - this.#counted;
    this.#timer ??= setTimeout(
      () => void this.#count().catch(() => undefined),
      Math.max(gathering, betweenCounts - since),
    ).unref();
  }

  /** Handlers were deployed or switched: what waits may wait for something else now. */
  judge(): void {
    if (this.#waits === null) return;
    this.#reason = undefined;
    this.ask();
  }

  #note(row: ExecutionRow): void {
    if (row.status === 'parked') this.#reason = this.#reasonOf(row);
    // What begins may begin for the first time: once it has ended, or parks again, there is time to count.
    else if (this.#waits === null || row.status === 'running') return;
    this.ask();
  }

  async #count(): Promise<void> {
    try {
      const log = await this.#engine.log();
      const { parked: count } = await log.counts();
      if (count > 0 && !this.#reason) {
        const { items } = await log.executions({ status: ['parked'] }, { limit: 1 });
        this.#reason = items[0] && this.#reasonOf(items[0]);
      }
      this.#become(count, count > 0 ? this.#reason : undefined);
    } finally {
      this.#counted = performance.now();
      this.#timer = undefined;
    }
  }

  #become(count: number, reason: Omit<Waits, 'count'> | undefined): void {
    this.#waits = reason ? { ...reason, count } : null;
    if (count === 0) this.#reason = undefined;
    for (const tell of this.#tell) tell(this.#waits);
  }

  #reasonOf(row: Row): Omit<Waits, 'count'> {
    const parkedFor = row.parkedFor ?? 'retry';
    const failed = row.error !== null && (parkedFor === 'retry' || parkedFor === 'circuit');
    // Who waits for a circuit was perhaps never called.
    const error = failed
      ? row.error
      : parkedFor === 'circuit'
        ? this.#engine.circuitOf(row.handler.id).error
        : null;
    const missing = parkedFor === 'missing' ? this.#missing(row.handler.id) : null;
    return {
      parkedFor: missing?.why ?? parkedFor,
      cause: error && briefCauseOf({ type: row.handler.type, code: failed ? row.code : null, error }),
    };
  }
}
