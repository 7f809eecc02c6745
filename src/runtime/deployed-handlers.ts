import { type Handler, type RefusedHandler, refusedHandler } from '../engine/words/handler.ts';
import { hold } from '../engine/words/hold.ts';

interface OfRegistry<T> {
  readonly registry: string;
  readonly handler: T;
}

/** The handlers that the flows hold, by registry, also those that are refused. Each is among them while its node lives. */
export class DeployedHandlers {
  readonly #handlers = new Map<string, OfRegistry<Handler | RefusedHandler>>();
  readonly #misplaced = new Set<OfRegistry<{ readonly problem: string }>>();

  /** @returns what takes it away, like the others */
  add(registry: string, handler: Handler | RefusedHandler): () => void {
    return hold(this.#handlers, handler.id, { registry, handler });
  }

  /** One whose configuration is wrong: its events wait for it, and the admin API tells why. */
  refuse(registry: string, saved: object, problem: string): () => void {
    const refused = refusedHandler(saved, problem);
    return refused ? this.add(registry, refused) : this.refuseNode(registry, problem);
  }

  /** A node that can be no handler where it stands, or by its id: the admin API tells why. */
  refuseNode(registry: string, problem: string): () => void {
    const misplaced = { registry, handler: { problem } };
    this.#misplaced.add(misplaced);
    return () => this.#misplaced.delete(misplaced);
  }

  of(registry: string): (Handler | RefusedHandler)[] {
    return handlersOf(registry, this.#handlers.values());
  }

  /** What is wrong with those of a registry that can not be called. */
  problemsOf(registry: string): string[] {
    const refused = this.of(registry).filter((handler) => 'problem' in handler);
    return [...refused, ...handlersOf(registry, this.#misplaced)].map(({ problem }) => problem);
  }
}

function handlersOf<T>(registry: string, all: Iterable<OfRegistry<T>>): T[] {
  return [...all].filter((one) => one.registry === registry).map(({ handler }) => handler);
}
