import { configNodes } from '../../editor/nodes.ts';
import type { EditorNode } from '../../editor/red.ts';
import { handlerDefaults, inChainOrder } from '../../engine/words/handler-settings.ts';

export interface HandlerNode extends EditorNode {
  readonly registry?: string;
  readonly events?: readonly string[];
  readonly handlerStatus?: string;
  readonly handlerType?: string;
  readonly priority?: number | string;
}

/** The handlers of a registry, deployed or not, in chain order. */
export function handlersOf(registry: string): HandlerNode[] {
  return configNodes((node) => node.type === 'provisioning-handler' && node['registry'] === registry).sort(
    (a, b) => inChainOrder(placeOf(a), placeOf(b)),
  );
}

/** The nodes where the turns of a flow handler come out; one, unless something is wrong. */
export function entrancesOf(handler: string): EditorNode[] {
  return RED.nodes
    .filterNodes({ type: 'provisioning-handler-in' })
    .filter((entrance) => entrance['handler'] === handler);
}

const placeOf = ({ id, name = '', priority = handlerDefaults.priority }: HandlerNode) => ({
  id,
  name,
  priority: Number(priority),
});
