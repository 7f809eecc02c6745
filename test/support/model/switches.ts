import type { ParkedFor } from '../../../src/engine/words/execution.ts';
import type { Configured } from './happenings.ts';

/** Which handlers are deployed, and what operators have switched (rule 9). */
export class Switches {
  #deployed = new Map<string, Configured['status']>();
  readonly #overrides = new Map<string, 'enabled' | 'disabled'>();

  /** A deploy that says the same as an operator ends his switch. */
  deploy(handlers: readonly Configured[]): void {
    this.#deployed = new Map(handlers.map(({ id, status }) => [id, status]));
    for (const { id, status } of handlers) if (this.#overrides.get(id) === status) this.#overrides.delete(id);
  }

  /** What is not deployed, or archived, can't be switched. */
  switch(handler: string, status: 'enabled' | 'disabled'): void {
    const deployed = this.#deployed.get(handler);
    if (deployed === undefined || deployed === 'archived') return;
    if (deployed === status) this.#overrides.delete(handler);
    else this.#overrides.set(handler, status);
  }

  /** Why a handler may not be called, whatever its circuit. */
  shut(handler: string): Extract<ParkedFor, 'missing' | 'held' | 'disabled'> | null {
    const deployed = this.#deployed.get(handler);
    if (deployed === undefined) return 'missing';
    const status = deployed === 'archived' ? deployed : (this.#overrides.get(handler) ?? deployed);
    return status === 'held' || status === 'disabled' ? status : null;
  }
}
