/**
 * Public ids of events and executions: `ev-<tag>-<seq>` and `ex-<tag>-<seq>`. The tag is the journal's own, so that
 * ids of another journal are never given again. No full stop: webhook ids are made of them.
 */
export class Ids {
  readonly #ofEvents: string;
  readonly #ofExecutions: string;

  constructor(tag: string) {
    this.#ofEvents = `ev-${tag}-`;
    this.#ofExecutions = `ex-${tag}-`;
  }

  event(seq: number): string {
    return `${this.#ofEvents}${seq}`;
  }

  execution(seq: number): string {
    return `${this.#ofExecutions}${seq}`;
  }

  /** @returns undefined for an id that this journal did not give */
  eventSeq(id: string): number | undefined {
    return seqOf(this.#ofEvents, id);
  }

  /** @returns undefined for an id that this journal did not give */
  executionSeq(id: string): number | undefined {
    return seqOf(this.#ofExecutions, id);
  }
}

function seqOf(prefix: string, id: string): number | undefined {
  if (!id.startsWith(prefix)) return undefined;
  const seq = id.slice(prefix.length);
  return /^[1-9]\d{0,14}$/.test(seq) ? Number(seq) : undefined;
}
