import type { EditorNode } from '../../editor/red.ts';
import { handlerDefaults, inChainOrder } from '../../engine/words/handler-settings.ts';

export interface HandlerNode extends EditorNode {
  readonly name?: string;
  readonly registry?: string;
  readonly events?: readonly string[];
  readonly handlerStatus?: string;
  readonly handlerType?: string;
  readonly priority?: number | string;
}

/** The handlers of a registry, deployed or not, in chain order. */
export function handlersOf(registry: string): HandlerNode[] {
  const handlers: HandlerNode[] = [];
  RED.nodes.eachConfig((node) => {
    if (node.type === 'provisioning-handler' && node['registry'] === registry) handlers.push(node);
  });
  return handlers.sort((a, b) => inChainOrder(placeOf(a), placeOf(b)));
}

/** The nodes where the turns of a flow handler come out; one, unless something is wrong. */
export function entrancesOf(handler: string): EditorNode[] {
  return RED.nodes
    .filterNodes({ type: 'provisioning-handler-in' })
    .filter((entrance) => entrance['handler'] === handler);
}

/** Whether a node takes part once it is deployed: neither it nor its flow is switched off. */
export function isOn({ d, z }: EditorNode): boolean {
  return !d && !RED.nodes.workspace(z)?.disabled;
}

const placeOf = ({ id, name = '', priority = handlerDefaults.priority }: HandlerNode) => ({
  id,
  name,
  priority: Number(priority),
});
