import type { CircuitState } from '../words/admin-answers.ts';
import { causeOf } from '../words/cause.ts';
import type { Outcome } from '../words/outcome.ts';

/** A handler's circuit: while it is not closed, its executions park (rule 8). */
export interface Circuit {
  readonly state: CircuitState;
  /** Ms since the epoch; null for one that was never opened. */
  readonly since: number | null;
  /** Why it opened, or what its last probe came to. */
  readonly error: string | null;
  /** Failures in a row that speak of the target. */
  readonly failures: number;
}

export const closedCircuit: Circuit = { state: 'closed', since: null, error: null, failures: 0 };

/** Failures in a row that open it. */
export const opensAfter = 10;
/** Ms between probes. */
export const probeInterval = 30_000;

/**
 * The circuit after an attempt.
 * @param probe it was the probe: others were on their way when the circuit opened, and say nothing of the probe
 */
export function afterAttempt(circuit: Circuit, outcome: Outcome, now: number, probe = false): Circuit {
  if (outcome.uncalled) return probe ? unprobed(circuit) : circuit;
  // What was on its way when the receiver said that it is gone is no reason to call it again: an operator is.
  if (circuit.state === 'gone') return circuit;
  if (outcome.ok && circuit.state !== 'closed') return { ...closedCircuit, since: now };
  if (outcome.gone) return opened('gone', circuit, outcome, now);
  if (circuit.state !== 'closed') {
    const state = probe ? 'open' : circuit.state;
    return { ...circuit, state, error: causeOf(outcome) };
  }
  // A refusal proves that somebody is there, as a success does.
  const failures = outcome.outage ? circuit.failures + 1 : 0;
  if (failures >= opensAfter) return opened('open', { ...circuit, failures }, outcome, now);
  return failures === circuit.failures ? circuit : { ...circuit, failures };
}

/** A probe is on its way. */
export function probing(circuit: Circuit): Circuit {
  return circuit.state === 'open' ? { ...circuit, state: 'probing' } : circuit;
}

/** The probe was not made after all. */
export function unprobed(circuit: Circuit): Circuit {
  return circuit.state === 'probing' ? { ...circuit, state: 'open' } : circuit;
}

/** Whether it opens, closes or is gone by this; a probe, and one that fails, leave it open. */
export function opensOrCloses(before: Circuit, after: Circuit): boolean {
  if (after.state === 'probing') return false;
  return after.state !== (before.state === 'probing' ? 'open' : before.state);
}

function opened(state: 'open' | 'gone', circuit: Circuit, outcome: Outcome, now: number): Circuit {
  return { state, since: now, error: causeOf(outcome), failures: circuit.failures };
}
