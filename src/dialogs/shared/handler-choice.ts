import { handlersOf } from './handlers.ts';

/** The handlers of the chosen registry, to tick. @param chosen ids of those that are ticked */
export function showHandlerChoice(list: JQuery, chosen: Set<string>, registry: JQuery): void {
  list.addClass('provisioning-handlers').css({ width: '100%', height: '100%' }).treeList({ multi: true });
  list.on('treelistselect', (_event, { id, selected }: { id: string; selected: boolean }) =>
    selected ? chosen.add(id) : chosen.delete(id),
  );
  registry.on('change', () => {
    const items = handlersOf(String(registry.val())).map((handler) => ({
      id: handler.id,
      label: RED.utils.getNodeLabel(handler, handler.id),
      sublabel: (handler.events ?? []).join(', '),
      checkbox: true,
      selected: chosen.has(handler.id),
    }));
    list.treeList('data', items);
  });
}

/** Ids of the ticked handlers that are of the registry. */
export function chosenHandlers(list: JQuery, registry: unknown): string[] {
  return list
    .treeList('selected')
    .map(({ id }) => id)
    .filter((id) => RED.nodes.node(id)?.['registry'] === registry);
}
