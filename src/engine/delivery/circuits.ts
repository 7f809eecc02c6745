import { afterAttempt, type Circuit, closedCircuit, probing, unprobed } from '../rules/circuit.ts';
import type { StoredCircuit } from '../store/journal.ts';
import { messageOf, Unavailable } from '../words/errors.ts';
import type { Outcome } from '../words/outcome.ts';
import type { Context } from './context.ts';

interface Options extends Context {
  /** A circuit has another state. */
  readonly onChange: (handler: string, circuit: Circuit, before: Circuit) => void;
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
    void this.#set(handler, afterAttempt(this.of(handler), outcome, this.#options.time.now(), probe));
  }

  probe(handler: string): void {
    void this.#set(handler, probing(this.of(handler)));
  }

  /** A probe that was begun is not made: the next one may be. */
  unprobe(handler: string): void {
    void this.#set(handler, unprobed(this.of(handler)));
  }

  /**
   * By hand. @returns false when it was closed already
   * @throws Unavailable when that can not be saved now; it is closed all the same
   */
  async close(handler: string): Promise<boolean> {
    if (this.of(handler).state === 'closed') return false;
    try {
      await this.#set(handler, { ...closedCircuit, since: this.#options.time.now() });
    } catch (error) {
      throw new Unavailable(`the circuit is closed, but that could not be saved: ${messageOf(error)}`);
    }
    return true;
  }

  /** @returns whether it is saved; what could not be is saved as soon as the journal takes it */
  #set(handler: string, circuit: Circuit): Promise<void> {
    const before = this.of(handler);
    if (circuit === before) return Promise.resolve();
    this.#circuits.set(handler, circuit);
    if (circuit.state === before.state) return Promise.resolve();
    const saved = storedState(circuit) === before.state ? Promise.resolve() : this.#save(handler);
    saved.catch((error) => {
      this.#options.onError(error);
      return this.#options.persist(() => this.#save(handler)).catch(this.#options.onError);
    });
    this.#options.onChange(handler, circuit, before);
    return saved;
  }

  /** As it is now: an earlier attempt that comes late does not bring back what it was. */
  #save(handler: string): Promise<void> {
    const { since, error, ...circuit } = this.of(handler);
    return this.#options.journal.saveCircuit({
      handler,
      state: storedState(circuit),
      since: since ?? 0,
      error,
    });
  }
}

/** A probe that a crash cuts off leaves the circuit open. */
function storedState({ state }: Pick<Circuit, 'state'>): StoredCircuit['state'] {
  return state === 'probing' ? 'open' : state;
}
