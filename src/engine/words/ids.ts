/**
 * Public ids of events and executions: `ev-<tag>-<seq>` and `ex-<tag>-<seq>`. The tag is the journal's own, so that
 * ids of another journal are never given again. No full stop: webhook ids are made of them.
 */
export class Ids {
  readonly #tag: string;

  constructor(tag: string) {
    this.#tag = tag;
  }

  event(seq: number): string {
    return `ev-${this.#tag}-${seq}`;
  }

  execution(seq: number): string {
    return `ex-${this.#tag}-${seq}`;
  }

  /** @returns undefined for an id that this journal did not give */
  eventSeq(id: string): number | undefined {
    return this.#seqOf('ev', id);
  }

  /** @returns undefined for an id that this journal did not give */
  executionSeq(id: string): number | undefined {
    return this.#seqOf('ex', id);
  }

  #seqOf(kind: string, id: string): number | undefined {
    const prefix = `${kind}-${this.#tag}-`;
    const seq = id.slice(prefix.length);
    return id.startsWith(prefix) && /^[1-9]\d{0,14}$/.test(seq) ? Number(seq) : undefined;
  }
}
