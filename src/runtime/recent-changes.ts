import type { ExecutionRow } from '../engine/words/execution.ts';

/** An execution in short; its response, and the whole of its error, are in its row and its details. */
export type ExecutionNews = Omit<ExecutionRow, 'response'>;

export interface Changes {
  /** Of the newest frame that these go back to. */
  readonly seq: number;
  /** Each execution once, as it stood last, in the order of their last change. */
  readonly items: readonly ExecutionNews[];
  /** False when further executions have changed too, and are not among these. */
  readonly complete: boolean;
}

const errorLength = 200;

/** The executions of a registry that have changed last, by the frames that told of it. */
export class RecentChanges {
  readonly #most: number;
  readonly #items = new Map<string, { readonly seq: number; readonly news: ExecutionNews }>();
  #seq = 0;
  /** Something that changed with this frame, or before, is not here any more. */
  #forgotten = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Of the newest frame; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * @param seq of the frame that tells of them
   * @param cut further ones have changed too, and are not among these
   */
  add(seq: number, rows: Iterable<ExecutionRow>, cut: boolean): void {
    this.#seq = seq;
    for (const row of rows) {
      this.#items.delete(row.id);
      this.#items.set(row.id, { seq, news: inShort(row) });
    }
    for (const [id, { seq: told }] of this.#items) {
      if (this.#items.size <= this.#most) break;
      this.#items.delete(id);
      this.#forgotten = told;
    }
    if (cut) this.#forgotten = seq;
  }

  /** What changed with the frames after this one. */
  since(after: number): Changes {
    const items = [...this.#items.values()].filter(({ seq }) => seq > after).map(({ news }) => news);
    return { seq: this.#seq, items, complete: after >= this.#forgotten };
  }
}

function inShort({ response: _, error, ...row }: ExecutionRow): ExecutionNews {
  return { ...row, error: error === null ? null : error.slice(0, errorLength) };
}
