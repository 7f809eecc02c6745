import type { NodeAPI, NodeDef } from 'node-red';
import type { Engine } from '../engine/engine.ts';
import { InvalidInput, NotFound, Unavailable } from '../engine/words/errors.ts';
import { noRegistry, type Provisioning } from './provisioning.ts';

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

/** @throws Unavailable when the node has no registry that is in force */
export function requireEngine(provisioning: Provisioning, registry: string): Engine {
  const engine = provisioning.engine(registry);
  if (engine) return engine;
  throw new Unavailable(provisioning.problemOf(registry) ?? noRegistry);
}

/** Whether the flows hold a registry of this id, in force or not. */
export function isDeployed(provisioning: Provisioning, registry: string): boolean {
  return provisioning.engine(registry) !== undefined || provisioning.problemOf(registry) !== undefined;
}

/** @throws NotFound, or Unavailable when the registry is deployed but not in force */
export function deployedEngine(provisioning: Provisioning, registry: string): Engine {
  if (!isDeployed(provisioning, registry))
    throw new NotFound(`there is no registry ${registry} in the deployed flow`);
  return requireEngine(provisioning, registry);
}
