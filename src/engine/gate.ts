import type { Breakers } from './breakers.ts';
import type { ParkedFor } from './execution.ts';
import type { Registry } from './registry.ts';

/** Whether a handler may be called now, and if not, what its executions wait for (rules 8 and 9). */
export class Gate {
  readonly #registry: Registry;
  readonly #breakers: Breakers;

  constructor(registry: Registry, breakers: Breakers) {
    this.#registry = registry;
    this.#breakers = breakers;
  }

  /** `archived` ends what waits; null: it may be called. */
  shutFor(handler: string): Extract<ParkedFor, 'missing' | 'disabled' | 'circuit'> | 'archived' | null {
    const status = this.#registry.find(handler)?.status;
    if (status === undefined) return 'missing';
    if (status !== 'enabled') return status;
    return this.#breakers.of(handler).state === 'closed' ? null : 'circuit';
  }

  /** Why a parked execution waits. */
  parkedFor(handler: string, blocked: boolean): ParkedFor {
    const shut = this.shutFor(handler);
    if (shut !== null && shut !== 'archived') return shut;
    return blocked ? 'order' : 'retry';
  }
}
