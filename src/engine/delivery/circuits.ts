import { afterAttempt, type Circuit, closedCircuit, probing, unprobed } from '../rules/circuit.ts';
import type { Journal, StoredCircuit } from '../store/journal.ts';
import type { Outcome } from '../words/outcome.ts';
import type { Time } from '../words/time.ts';

interface Options {
  readonly journal: Journal;
  readonly time: Time;
  /** A circuit has another state. */
  readonly onChange: (handler: string, circuit: Circuit, before: Circuit) => void;
  readonly onError: (error: unknown) => void;
}

/** The handlers' circuits (rule 8), kept in the journal while they are not closed. */
export class Circuits {
  readonly #options: Options;
  readonly #circuits = new Map<string, Circuit>();

  constructor(options: Options) {
    this.#options = options;
    for (const { handler, ...stored } of options.journal.found.circuits) {
      this.#circuits.set(handler, { ...stored, failures: 0 });
    }
  }

  of(handler: string): Circuit {
    return this.#circuits.get(handler) ?? closedCircuit;
  }

  /** An attempt has ended. */
  record(handler: string, outcome: Outcome, probe: boolean): void {
    this.#set(handler, afterAttempt(this.of(handler), outcome, this.#options.time.now(), probe));
  }

  probe(handler: string): void {
    this.#set(handler, probing(this.of(handler)));
  }

  /** A probe that was begun is not made: the next one may be. */
  unprobe(handler: string): void {
    this.#set(handler, unprobed(this.of(handler)));
  }

  /** By hand. @returns false when it was closed already */
  close(handler: string): boolean {
    if (this.of(handler).state === 'closed') return false;
    this.#set(handler, { ...closedCircuit, since: this.#options.time.now() });
    return true;
  }

  #set(handler: string, circuit: Circuit): void {
    const before = this.of(handler);
    if (circuit === before) return;
    this.#circuits.set(handler, circuit);
    if (circuit.state === before.state) return;
    const { state, since, error } = circuit;
    // A probe that a crash cuts off leaves the circuit open.
    const stored: StoredCircuit = {
      handler,
      state: state === 'probing' ? 'open' : state,
      since: since ?? 0,
      error,
    };
    if (stored.state !== before.state) this.#options.journal.saveCircuit(stored).catch(this.#options.onError);
    this.#options.onChange(handler, circuit, before);
  }
}
