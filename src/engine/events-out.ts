import type { Emission } from './journal/journal.ts';

/** The way of an event through the flow: each node that has a message of it is a step. */
export interface Journey {
  begin(): void;
  end(): void;
}

/** Events that are out in the flow at a time and on their way (rule 12). */
const underWay = 1000;
/** With those whose way has come to an end, which wait for nothing but their time. */
const all = 20_000;
/** Of their envelopes together, in characters. */
const bytes = 64 * 1024 * 1024;

/**
 * The events that are out in the flow and not yet taken, within their bounds. One that the flow has dropped gives up
 * its place, but stays known: a node may still hold its message unseen. Once a message comes back so, an end is not
 * believed any more.
 */
export class EventsOut {
  readonly #events = new Map<number, EventOut>();
  readonly #onEnded: () => void;
  readonly #onTurn = (event: EventOut) => this.#turn(event);
  #bytes = 0;
  #ended = 0;
  #endsAreTrue = true;

  /** @param onEnded a place became free because an event's way has come to an end */
  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
  }

  get size(): number {
    return this.#events.size;
  }

  /** How many more may go out. */
  get room(): number {
    if (this.#bytes >= bytes) return 0;
    const places = underWay + (this.#endsAreTrue ? this.#ended : 0);
    return Math.min(places, all) - this.#events.size;
  }

  /** When the first of them has had its time. */
  get firstDeadline(): number {
    const [first] = this.#events.values();
    return first?.deadline ?? 0;
  }

  has(seq: number): boolean {
    return this.#events.has(seq);
  }

  get(seq: number): EventOut | undefined {
    return this.#events.get(seq);
  }

  add({ seq, payload }: Emission, deadline: number): void {
    this.#bytes += payload.length;
    this.#events.set(seq, new EventOut({ seq, payload, deadline, onTurn: this.#onTurn }));
  }

  remove(seq: number): boolean {
    const event = this.#events.get(seq);
    if (!event) return false;
    this.#bytes -= event.payload.length;
    if (event.ended) this.#ended -= 1;
    return this.#events.delete(seq);
  }

  /** Removes those that have had their time. */
  removeLate(now: number): number[] {
    const late: number[] = [];
    for (const [seq, { deadline }] of this.#events) if (deadline <= now) late.push(seq);
    for (const seq of late) this.remove(seq);
    return late;
  }

  clear(): void {
    this.#events.clear();
    this.#bytes = 0;
    this.#ended = 0;
    this.#endsAreTrue = true;
  }

  #turn(event: EventOut): void {
    if (!event.ended) this.#endsAreTrue = false;
    if (this.#events.get(event.seq) !== event) return;
    this.#ended += event.ended ? 1 : -1;
    if (event.ended) this.#onEnded();
  }
}

interface Out {
  readonly seq: number;
  readonly payload: string;
  /** When it has had its time to be taken. */
  readonly deadline: number;
  /** It came to its end, or back from there. */
  readonly onTurn: (event: EventOut) => void;
}

class EventOut implements Journey {
  readonly seq: number;
  readonly payload: string;
  readonly deadline: number;
  readonly #onTurn: (event: EventOut) => void;
  #steps = 0;
  #ended = false;

  constructor({ seq, payload, deadline, onTurn }: Out) {
    this.seq = seq;
    this.payload = payload;
    this.deadline = deadline;
    this.#onTurn = onTurn;
  }

  /** No node has a message of it. */
  get ended(): boolean {
    return this.#ended;
  }

  begin(): void {
    this.#steps += 1;
    if (this.#ended) this.#become(false);
  }

  end(): void {
    this.#steps -= 1;
    // What follows a node's error follows at once.
    if (this.#steps === 0) {
      queueMicrotask(() => {
        if (this.#steps === 0 && !this.#ended) this.#become(true);
      });
    }
  }

  #become(ended: boolean): void {
    this.#ended = ended;
    this.#onTurn(this);
  }
}
