import type { ParkedFor } from '../words/execution.ts';
import type { HandlerStatus } from '../words/handler-settings.ts';
import type { Circuits } from './circuits.ts';
import type { Registry } from './registry.ts';
import type { Slots } from './slots.ts';

/** Why a handler may not be called; `archived` ends what waits for it. */
export type Shut = Extract<ParkedFor, 'missing' | 'held' | 'disabled' | 'circuit'> | 'archived';

/** What is decided when a handler is about to be called: it may be, or why not; `later`: its turn will come again. */
export type Verdict = 'call' | Shut | 'later';

const shutByStatus: Readonly<Record<HandlerStatus, Shut | null>> = {
  enabled: null,
  held: 'held',
  disabled: 'disabled',
  archived: 'archived',
};

/**
 * The one place where it is decided whether somebody is called (rules 8 to 10): flows run, and neither the
 * registry as a whole nor the handler is held or shut. While flows stand still, whoever is to be called goes back to the journal, and is judged anew when its
 * turn comes again, by what is in force then.
 */
export class Gate {
  readonly #registry: Registry;
  readonly #circuits: Circuits;
  readonly #slots: Slots;
  #open = false;

  constructor(registry: Registry, circuits: Circuits, slots: Slots) {
    this.#registry = registry;
    this.#circuits = circuits;
    this.#slots = slots;
  }

  /** Whether flows run. */
  get open(): boolean {
    return this.#open;
  }

  /** Flows run. */
  start(): void {
    this.#open = true;
  }

  /** Flows stand still. */
  pause(): void {
    this.#open = false;
  }

  /**
   * Whether the handler is called now.
   * @param probe its circuit is tried with this call
   */
  judge(handler: string, probe: boolean): Verdict {
    if (!this.#open) return 'later';
    const shut = this.shutFor(handler);
    const probes = probe && shut === 'circuit' && this.#circuits.of(handler).state === 'probing';
    if (shut !== null && !probes) return shut;
    return this.#slots.overdrawn(handler) ? 'later' : 'call';
  }

  /** Why a handler may not be called; null: it may. Says nothing of whether flows run. */
  shutFor(handler: string): Shut | null {
    const known = this.#registry.find(handler);
    if (known === undefined) return 'missing';
    const shut = shutByStatus[known.status];
    if (shut !== null) return shut;
    if (known.refused !== null) return 'missing';
    // What its release does not end is told first.
    if (this.#registry.held) return 'held';
    return this.#circuits.of(handler).state === 'closed' ? null : 'circuit';
  }

  /** Why a parked execution waits. */
  parkedFor(handler: string, blocked: boolean): ParkedFor {
    const shut = this.shutFor(handler);
    if (shut !== null && shut !== 'archived') return shut;
    return blocked ? 'order' : 'retry';
  }
}
