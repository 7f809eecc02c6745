import type { EditorNode } from '../../editor/red.ts';
import type { ApiHandler, RegistryRow } from '../../engine/words/admin-answers.ts';

const handlersOf = /^provisioning\/registries\/([^/]+)\/handlers(?=\?|$)/;

/** What the editor would have as nodes, as the API told it last: without an editor nothing else is known. */
export class ToldNodes {
  #registries: readonly EditorNode[] = [];
  /** By the question that was answered: archived ones are asked for alone. */
  readonly #handlers = new Map<string, readonly EditorNode[]>();

  get all(): readonly EditorNode[] {
    const handlers = [...this.#handlers.values()].flat().map((node) => [node.id, node] as const);
    return [...this.#registries, ...new Map(handlers).values()];
  }

  /** Takes an answer of the API. */
  hear(url: string, json: unknown): void {
    if (url === 'provisioning/registries' && Array.isArray(json)) {
      this.#registries = (json as RegistryRow[]).map(({ id, name }) => ({
        id,
        name,
        type: 'provisioning-registry',
      }));
    }
    const registry = handlersOf.exec(url)?.[1];
    const items = (json as { readonly items?: readonly ApiHandler[] } | undefined)?.items;
    if (registry && items)
      this.#handlers.set(
        url,
        items.map((one) => nodeOf(decodeURIComponent(registry), one)),
      );
  }
}

function nodeOf(
  registry: string,
  { id, name, type, target, events, priority, configuredStatus }: ApiHandler,
): EditorNode {
  return {
    id,
    name,
    registry,
    type: 'provisioning-handler',
    handlerType: type,
    // The method stands before the URL only where a target is shown.
    method: /^([A-Z]+) /.exec(target)?.[1] ?? 'POST',
    url: target.replace(/^[A-Z]+ /, ''),
    command: target,
    events,
    priority,
    handlerStatus: configuredStatus,
  };
}
