import type { NodeAPI, NodeDef } from 'node-red';
import { InvalidInput } from '../engine/words/errors.ts';

/** What is wrong with a registry or a handler in a subflow. */
export const notInSubflow =
  'registries and handlers can not stand in a subflow: move it to a tab, or make it global';

/**
 * Registries and handlers are known by their id, which a subflow would give anew to each instance.
 * @throws InvalidInput when the node stands in a subflow
 */
export function refuseSubflow(RED: NodeAPI, saved: NodeDef): void {
  if (!isInSubflow(RED, saved)) return;
  throw new InvalidInput(`${saved.type} "${saved.name || saved.id}"`, [{ field: '', message: notInSubflow }]);
}

export function isInSubflow(RED: NodeAPI, saved: NodeDef): boolean {
  // An instance of a subflow's node carries the id it was copied from.
  let found = '_alias' in saved;
  RED.nodes.eachNode((node) => {
    found ||= (node.type as string) === 'subflow' && node.id === saved.z;
  });
  return found;
}
