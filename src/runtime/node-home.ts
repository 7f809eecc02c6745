import type { NodeAPI, NodeDef } from 'node-red';
import type { Engine } from '../engine/engine.ts';
import { InvalidInput, Unavailable } from '../engine/words/errors.ts';
import type { Provisioning } from './provisioning.ts';

/**
 * Registries and handlers are known by their id, which a subflow would give anew to each instance.
 * @throws InvalidInput when the node stands in a subflow
 */
export function refuseSubflow(RED: NodeAPI, saved: NodeDef): void {
  let inSubflow = false;
  RED.nodes.eachNode((node) => {
    inSubflow ||= (node.type as string) === 'subflow' && node.id === saved.z;
  });
  // An instance of a subflow's node carries the id it was copied from.
  inSubflow ||= '_alias' in saved;
  if (!inSubflow) return;
  throw new InvalidInput(`${saved.type} "${saved.name || saved.id}"`, [
    {
      field: '',
      message: 'registries and handlers can not stand in a subflow: move it to a tab, or make it global',
    },
  ]);
}

/** @throws Unavailable when the node has no registry that is in force */
export function requireEngine(provisioning: Provisioning, registry: string): Engine {
  const engine = provisioning.engine(registry);
  if (engine) return engine;
  const problem = provisioning.problemOf(registry);
  throw new Unavailable(problem ?? 'no registry: choose one in the node’s dialog and deploy');
}
