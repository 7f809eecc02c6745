import type { Emission } from '../store/journal/work.ts';
import { TransientMap } from '../words/transient-map.ts';

/** The way of an event through the flow: each node that has a message of it is a step. */
export interface FlowTrace {
  begin(): void;
  end(): void;
  /** @param tell is told once no node has a message of it: at once, where that is so already */
  whenEnded(tell: () => void): void;
}

/** Events that are out in the flow at a time (rule 12). */
const slots = 1000;
/** With those that the flow has dropped, which wait for nothing but their time. */
const mostSlots = 100_000;
/** How many more slots there are for each event whose way came to an end and that nobody took in its time. */
const slotsAProof = 16;
/** Of their envelopes together, in characters. */
const bytes = 64 * 1024 * 1024;

/**
 * The events that are out in the flow and not yet taken, within their bounds. One whose way has come to an end seems to
 * be dropped, but a node may hold its message unseen and send it on later. So the more of them are proved to be
 * dropped, by their time, the more of the others give up their slots; a message that comes back takes all back.
 */
export class EventsOut {
  readonly #events = new TransientMap<number, EventOut>();
  readonly #onEnded: () => void;
  readonly #onTurn = (event: EventOut) => this.#turn(event);
  #bytes = 0;
  #nobodys = 0;
  #ended = 0;
  #proofs = 0;

  /** @param onEnded a slot became free because an event's way has come to an end */
  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
  }

  get size(): number {
    return this.#events.size;
  }

  /** How many more may go out. */
  get room(): number {
    if (this.#bytes >= bytes) return 0;
    const given = this.#nobodys + Math.min(this.#ended, this.#proofs * slotsAProof);
    return Math.min(slots + given, mostSlots) - this.#events.size;
  }

  /** When the first of them has had its time. */
  get firstDeadline(): number {
    const [first] = this.#events.values();
    return first?.deadline ?? 0;
  }

  get(seq: number): EventOut | undefined {
    return this.#events.get(seq);
  }

  /** @param nobodys its node is gone: nobody has sent it out, and it only waits for its time */
  add({ seq, payload }: Emission, deadline: number, nobodys = false): void {
    const event = new EventOut(seq, nobodys ? '' : payload, deadline, nobodys, this.#onTurn);
    if (nobodys) this.#nobodys += 1;
    this.#bytes += event.payload.length;
    this.#events.set(seq, event);
  }

  remove(seq: number): boolean {
    const event = this.#events.get(seq);
    if (!event) return false;
    this.#bytes -= event.payload.length;
    if (event.ended) this.#ended -= 1;
    if (event.nobodys) this.#nobodys -= 1;
    return this.#events.delete(seq);
  }

  /** Removes those that have had their time. */
  removeLate(now: number): number[] {
    const late: number[] = [];
    for (const { seq, deadline } of this.#events.values()) if (deadline <= now) late.push(seq);
    for (const seq of late) {
      if (this.#events.get(seq)?.ended) this.#proofs += 1;
      this.remove(seq);
    }
    return late;
  }

  clear(): void {
    this.#events.clear();
    this.#bytes = 0;
    this.#nobodys = 0;
    this.#ended = 0;
    this.#proofs = 0;
  }

  #turn(event: EventOut): void {
    if (!event.ended) this.#proofs = 0;
    if (this.#events.get(event.seq) !== event) return;
    this.#ended += event.ended ? 1 : -1;
    if (!event.ended) return;
    // It is not needed while nobody takes it, and can be had from the journal then.
    this.#bytes -= event.payload.length;
    event.payload = '';
    this.#onEnded();
  }
}

class EventOut implements FlowTrace {
  readonly seq: number;
  /** Empty once it has come to its end. */
  payload: string;
  readonly deadline: number;
  readonly nobodys: boolean;
  readonly #onTurn: (event: EventOut) => void;
  readonly #toTell = new Set<() => void>();
  #steps = 0;
  #ended = false;

  /**
   * @param deadline when it has had its time to be taken
   * @param onTurn it came to its end, or back from there
   */
  constructor(
    seq: number,
    payload: string,
    deadline: number,
    nobodys: boolean,
    onTurn: (event: EventOut) => void,
  ) {
    this.seq = seq;
    this.payload = payload;
    this.deadline = deadline;
    this.nobodys = nobodys;
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

  whenEnded(tell: () => void): void {
    if (this.#ended) tell();
    else this.#toTell.add(tell);
  }

  #become(ended: boolean): void {
    this.#ended = ended;
    this.#onTurn(this);
    if (!ended) return;
    for (const tell of this.#toTell) tell();
    this.#toTell.clear();
  }
}
