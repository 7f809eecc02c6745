import type { ParkedFor } from '../words/execution.ts';
import type { HandlerStatus } from '../words/handler-settings.ts';
import type { Circuits } from './circuits.ts';
import type { Registry } from './registry.ts';

/** Why a handler may not be called; `archived` ends what waits for it. */
export type Shut = Extract<ParkedFor, 'missing' | 'held' | 'disabled' | 'circuit'> | 'archived';

/** What is decided when a handler is about to be called: it may be, or why not; `ended`: nobody is called any more. */
export type Verdict = 'call' | Shut | 'ended';

const shutByStatus: Readonly<Record<HandlerStatus, Shut | null>> = {
  enabled: null,
  held: 'held',
  disabled: 'disabled',
  archived: 'archived',
};

/**
 * The one place where it is decided whether somebody is called (rules 8 to 10): flows run, and the handler may be
 * called now. While flows stand still, whoever is to be called waits here, and is judged by what is in force then.
 */
export class Gate {
  readonly #registry: Registry;
  readonly #circuits: Circuits;
  #open = false;
  #ended = false;
  #turned = Promise.withResolvers<void>();

  constructor(registry: Registry, circuits: Circuits) {
    this.#registry = registry;
    this.#circuits = circuits;
  }

  /** Whether flows run. */
  get open(): boolean {
    return this.#open;
  }

  /** Flows run. */
  start(): void {
    this.#open = true;
    this.#turn();
  }

  /** Flows stand still. */
  pause(): void {
    this.#open = false;
  }

  /** Nobody is called any more: who waits goes back to the journal. */
  end(): void {
    this.#open = false;
    this.#ended = true;
    this.#turn();
  }

  /**
   * Whether the handler is called now. An answer, not a promise of one, while flows run: the call follows at once.
   * @param probe its circuit is tried with this call
   */
  judge(handler: string, probe: boolean): Verdict | Promise<Verdict> {
    return this.#open ? this.#judged(handler, probe) : this.#judgedLater(handler, probe);
  }

  /** Why a handler may not be called; null: it may. Says nothing of whether flows run. */
  shutFor(handler: string): Shut | null {
    const known = this.#registry.find(handler);
    if (known === undefined) return 'missing';
    const shut = shutByStatus[known.status];
    if (shut !== null) return shut;
    if (known.refused !== null) return 'missing';
    return this.#circuits.of(handler).state === 'closed' ? null : 'circuit';
  }

  /** Why a parked execution waits. */
  parkedFor(handler: string, blocked: boolean): ParkedFor {
    const shut = this.shutFor(handler);
    if (shut !== null && shut !== 'archived') return shut;
    return blocked ? 'order' : 'retry';
  }

  #judged(handler: string, probe: boolean): Verdict {
    const shut = this.shutFor(handler);
    if (shut === 'circuit' && probe && this.#circuits.of(handler).state === 'probing') return 'call';
    return shut ?? 'call';
  }

  async #judgedLater(handler: string, probe: boolean): Promise<Verdict> {
    while (!this.#open && !this.#ended) await this.#turned.promise;
    return this.#ended ? 'ended' : this.#judged(handler, probe);
  }

  #turn(): void {
    this.#turned.resolve();
    this.#turned = Promise.withResolvers();
  }
}
