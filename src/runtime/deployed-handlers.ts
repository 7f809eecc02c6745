import { type Handler, type RefusedHandler, refusedHandler } from '../engine/words/handler.ts';
import { hold } from '../engine/words/hold.ts';

export interface DeployedHandler {
  readonly registry: string;
  /** Of a node that can be no handler where it stands, or by its id, nothing is known but why. */
  readonly handler: Handler | RefusedHandler | { readonly problem: string };
}

/** The handlers that the flows hold, by registry, also those that are refused. Each is among them while its node lives. */
export class DeployedHandlers {
  /** By their ids, or for want of one by themselves. */
  readonly #deployed = new Map<unknown, DeployedHandler>();

  /** @returns what takes it away, like the other */
  add(registry: string, handler: Handler | RefusedHandler): () => void {
    return hold(this.#deployed, handler.id, { registry, handler });
  }

  /**
   * One whose configuration is wrong: the admin API tells why, and its events wait for it.
   * @param saved of it; `{}` when it can be no handler where it stands
   */
  refuse(registry: string, saved: object, problem: string): () => void {
    const handler = refusedHandler(saved, problem) ?? { problem };
    return hold(this.#deployed, 'id' in handler ? handler.id : handler, { registry, handler });
  }

  /** Those of all registries, deployed ones or not. */
  list(): DeployedHandler[] {
    return [...this.#deployed.values()];
  }

  /** Undefined where no node of this id lives. */
  find(id: string): DeployedHandler | undefined {
    return this.#deployed.get(id);
  }

  of(registry: string): (Handler | RefusedHandler)[] {
    return this.#of(registry).filter((handler) => 'id' in handler);
  }

  /** What is wrong with those of a registry that can not be called. */
  problemsOf(registry: string): string[] {
    return this.#of(registry).flatMap((handler) => ('problem' in handler ? [handler.problem] : []));
  }

  #of(registry: string): DeployedHandler['handler'][] {
    return [...this.#deployed.values()]
      .filter((one) => one.registry === registry)
      .map(({ handler }) => handler);
  }
}
