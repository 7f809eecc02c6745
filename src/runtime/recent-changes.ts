import type { Changes, ExecutionNews } from '../engine/words/admin-answers.ts';
import type { ExecutionRow } from '../engine/words/execution.ts';
import { TransientMap } from '../engine/words/transient-map.ts';

/** Of a registry. */
const mostChanges = 200;
const errorLength = 200;

interface Change {
  /** That tells of it; its seq is infinite until it is sent. */
  readonly frame: { seq: number };
  news: ExecutionRow | ExecutionNews;
}

/** The executions of a registry that have changed last, by the frames that tell of it. */
export class RecentChanges {
  readonly #changes = new TransientMap<string, Change>();
  /** Tells of what changes from now on. */
  #next = { seq: Number.POSITIVE_INFINITY };
  #seq = 0;
  /** Something that changed with this frame, or before, is not here any more. */
  #forgotten = { seq: 0 };

  note(row: ExecutionRow): void {
    this.#changes.delete(row.id);
    this.#changes.set(row.id, { frame: this.#next, news: row });
    for (const [oldest, { frame }] of this.#changes) {
      if (this.#changes.size <= mostChanges) break;
      this.#changes.delete(oldest);
      this.#forgotten = frame;
    }
  }

  /** A frame is sent that tells of all until now. @returns the seq of the one before it; 0 for the first */
  send(seq: number): number {
    const before = this.#seq;
    for (const change of this.#changes.values())
      if (change.frame === this.#next) change.news = inShort(change.news);
    this.#next.seq = seq;
    this.#next = { seq: Number.POSITIVE_INFINITY };
    this.#seq = seq;
    return before;
  }

  /** What changed with the frames after this one, as far as they are sent. */
  since(after: number): Omit<Changes, 'boot'> {
    const told = [...this.#changes.values()].filter(({ frame }) => frame.seq > after && frame !== this.#next);
    return {
      seq: this.#seq,
      items: told.map(({ news }) => news),
      complete: after >= this.#forgotten.seq,
    };
  }
}

function inShort(row: ExecutionRow | ExecutionNews): ExecutionNews {
  const { response: _, error, ...rest } = row as ExecutionRow;
  return { ...rest, error: error === null ? null : error.slice(0, errorLength) };
}
