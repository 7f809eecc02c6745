import { afterAttempt, type Circuit, closedCircuit, probing, unprobed } from '../rules/circuit.ts';
import type { Instances, SharedCircuit } from '../store/instances.ts';
import type { StoredCircuit } from '../store/journal.ts';
import { messageOf, Unavailable } from '../words/errors.ts';
import type { Outcome } from '../words/outcome.ts';
import type { Context } from './context.ts';

interface Options extends Context {
  /** Who else calls the same handlers; null: nobody. */
  readonly instances: Instances | null;
  /** A circuit has another state. @param elsewhere another instance has turned it */
  readonly onChange: (handler: string, circuit: Circuit, before: Circuit, elsewhere: boolean) => void;
}

/** The last call that has tried a circuit. */
interface Probe {
  readonly execution: number;
  readonly at: number;
}

/** The handlers' circuits (rule 8), kept in the journal while they are not closed, and shared with other instances. */
export function circuitsOn({ journal, instances, time, persist, onChange, onError }: Options) {
  const circuits = new Map<string, Circuit>();
  const lastProbes = new Map<string, Probe>();
  /** Handlers whose circuit another instance tries now. */
  let triedElsewhere: ReadonlySet<string> = new Set();
  /** How often a circuit is being saved: what others know of it is older. */
  const saving = new Map<string, number>();
  for (const { handler, ...stored } of journal.found.circuits)
    circuits.set(handler, { ...stored, since: past(stored.since), failures: 0 });
  instances?.onCircuits(adopt);

  function of(handler: string): Circuit {
    return circuits.get(handler) ?? closedCircuit;
  }

  /** As people see it: also when it is another instance that tries it. */
  function shown(handler: string): Circuit {
    return triedElsewhere.has(handler) ? probing(of(handler)) : of(handler);
  }

  /** An attempt has ended. */
  function record(handler: string, outcome: Outcome, probe: boolean): void {
    const before = of(handler);
    const after = afterAttempt(before, outcome, time.now(), probe);
    void set(handler, after);
    if (probe) endProbe(handler, outcome.ok ? null : after.error);
    if (after.state === 'closed' && after.failures > before.failures)
      void countWithOthers(handler, outcome).catch(onError);
  }

  /** Failures in a row are those of all instances. */
  async function countWithOthers(handler: string, outcome: Outcome): Promise<void> {
    const failures = await instances?.countFailure(handler);
    const circuit = of(handler);
    // That many may be known by now, of a look that came in between: opening it is up to who has counted them.
    if (failures && circuit.state === 'closed' && failures >= circuit.failures)
      await set(handler, afterAttempt({ ...circuit, failures: failures - 1 }, outcome, time.now()));
  }

  function probe(handler: string): void {
    void set(handler, probing(of(handler)));
  }

  /** A probe that was begun is not made: the next one may be. */
  function unprobe(handler: string): void {
    void set(handler, unprobed(of(handler)));
    endProbe(handler, null);
  }

  /** Until others know it, nobody tries the circuit again. */
  function endProbe(handler: string, error: string | null): void {
    if (instances) persist(() => instances.endProbe(handler, error)).catch(onError);
  }

  /** The handler is being called with it, or was. */
  function probed(handler: string, execution: number, at: number): void {
    lastProbes.set(handler, { execution, at });
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
    const from = storedState(before);
    // Failures that others have counted are over, too.
    const isOver = instances !== null && before.failures > 0 && circuit.failures === 0;
    if (circuit.state === before.state && !isOver) return Promise.resolve();
    const saved = storedState(circuit) === from && !isOver ? Promise.resolve() : saveSoon(handler, from);
    if (circuit.state !== before.state) onChange(handler, circuit, before, false);
    return saved;
  }

  /** @returns whether it is saved at once; others are not listened to before it is, or is refused */
  function saveSoon(handler: string, from: StoredCircuit['state']): Promise<void> {
    saving.set(handler, (saving.get(handler) ?? 0) + 1);
    const saved = save(handler, from);
    void saved
      .catch((error) => {
        onError(error);
        return persist(() => save(handler, from)).catch(onError);
      })
      .finally(() => {
        const others = (saving.get(handler) ?? 1) - 1;
        if (others > 0) saving.set(handler, others);
        else saving.delete(handler);
      });
    return saved;
  }

  /** As it is now: an earlier attempt that comes late does not bring back what it was. */
  async function save(handler: string, from: StoredCircuit['state']): Promise<void> {
    const { since, error, ...circuit } = of(handler);
    await journal.saveCircuit({ handler, state: storedState(circuit), since: since ?? 0, error }, from);
  }

  /** What all instances know: those that are not in it are closed. @param outdated handlers of which it is not news */
  function adopt(shared: readonly SharedCircuit[], outdated: ReadonlySet<string>): void {
    const known = new Map(shared.map((circuit) => [circuit.handler, circuit]));
    triedElsewhere = new Set(shared.filter((one) => one.triedElsewhere).map(({ handler }) => handler));
    for (const handler of new Set([...circuits.keys(), ...known.keys()]))
      if (!saving.has(handler) && !outdated.has(handler)) adoptOne(handler, known.get(handler));
  }

  function adoptOne(handler: string, shared: SharedCircuit | undefined): void {
    const before = of(handler);
    const { probed: execution = null, probedAt = null } = shared ?? {};
    if (execution !== null && probedAt !== null) probed(handler, execution, probedAt);
    if (!shared || shared.state === 'closed') {
      const since = shared?.since ? past(shared.since) : null;
      circuits.set(handler, { ...closedCircuit, since, failures: shared?.failures ?? 0 });
    } else {
      const { state, error, failures } = shared;
      const isProbing = before.state === 'probing' && state === 'open';
      const since = past(shared.since);
      circuits.set(handler, { state: isProbing ? 'probing' : state, since, error, failures });
    }
    const circuit = of(handler);
    if (circuit.state !== before.state) onChange(handler, circuit, before, true);
  }

  /** The clock may have been set back meanwhile: probes are due by it. */
  function past(at: number): number {
    return Math.min(at, time.now());
  }

  return {
    of,
    shown,
    record,
    probe,
    unprobe,
    probed,
    lastProbe: (handler: string) => lastProbes.get(handler),
    close,
  };
}
export type Circuits = ReturnType<typeof circuitsOn>;

/** A probe that a crash cuts off leaves the circuit open. */
function storedState({ state }: Pick<Circuit, 'state'>): StoredCircuit['state'] {
  return state === 'probing' ? 'open' : state;
}
