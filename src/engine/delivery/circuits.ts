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
export function circuitsOn({ journal, time, persist, onChange, onError }: Options) {
  const circuits = new Map<string, Circuit>();
  for (const { handler, ...stored } of journal.found.circuits) {
    // The clock may have been set back meanwhile: probes are due by it.
    const since = Math.min(stored.since, time.now());
    circuits.set(handler, { ...stored, since, failures: 0 });
  }

  function of(handler: string): Circuit {
    return circuits.get(handler) ?? closedCircuit;
  }

  /** An attempt has ended. */
  function record(handler: string, outcome: Outcome, probe: boolean): void {
    void set(handler, afterAttempt(of(handler), outcome, time.now(), probe));
  }

  function probe(handler: string): void {
    void set(handler, probing(of(handler)));
  }

  /** A probe that was begun is not made: the next one may be. */
  function unprobe(handler: string): void {
    void set(handler, unprobed(of(handler)));
  }

  /**
   * By hand.
   * @throws Unavailable when that can not be saved now; it is closed all the same
   */
  async function close(handler: string): Promise<void> {
    try {
      await set(handler, { ...closedCircuit, since: time.now() });
    } catch (error) {
      throw new Unavailable(`the circuit is closed, but that could not be saved: ${messageOf(error)}`);
    }
  }

  /** @returns whether it is saved; what could not be is saved as soon as the journal takes it */
  function set(handler: string, circuit: Circuit): Promise<void> {
    const before = of(handler);
    if (circuit === before) return Promise.resolve();
    circuits.set(handler, circuit);
    if (circuit.state === before.state) return Promise.resolve();
    const saved = storedState(circuit) === before.state ? Promise.resolve() : save(handler);
    saved.catch((error) => {
      onError(error);
      return persist(() => save(handler)).catch(onError);
    });
    onChange(handler, circuit, before);
    return saved;
  }

  /** As it is now: an earlier attempt that comes late does not bring back what it was. */
  function save(handler: string): Promise<void> {
    const { since, error, ...circuit } = of(handler);
    return journal.saveCircuit({
      handler,
      state: storedState(circuit),
      since: since ?? 0,
      error,
    });
  }

  return { of, record, probe, unprobe, close };
}
export type Circuits = ReturnType<typeof circuitsOn>;

/** A probe that a crash cuts off leaves the circuit open. */
function storedState({ state }: Pick<Circuit, 'state'>): StoredCircuit['state'] {
  return state === 'probing' ? 'open' : state;
}
