import type { Engine } from '../engine/engine.ts';
import { NotFound, Unavailable } from '../engine/words/errors.ts';
import { noRegistry, type Provisioning } from './provisioning.ts';

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
