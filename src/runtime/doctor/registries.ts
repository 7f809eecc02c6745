import type { EngineState } from '../../engine/engine.ts';
import type { Sign } from '../../engine/words/diagnosis.ts';
import { signOf } from './sign.ts';

type Named = NonNullable<Sign['registry']>;

export interface RegistryFacts {
  readonly registry: Named;
  readonly state: EngineState;
  /** What its engine says is wrong. */
  readonly problem: string | null;
  /** How many handlers it has that can be called. */
  readonly handlers: number;
  /** How many event nodes and executors the flows have for it. */
  readonly eventNodes: number;
  readonly executors: number;
  /** Paths of files that were damaged. */
  readonly damaged: readonly string[];
}

/** A registry that is deployed. */
export function checkRegistry(facts: RegistryFacts): Sign[] {
  const { registry, state, problem, handlers, eventNodes, executors, damaged } = facts;
  const found: Sign[] = [];
  // That damaged files stand there is told once, for as long as they do.
  const isOfDamage = damaged.some((file) => problem?.includes(file));
  if (state === 'error' || (problem !== null && !isOfDamage)) {
    const values = { reason: problem ?? 'its journal can not be opened' };
    found.push(signOf('error', 'registries', 'troubled', { registry, values }));
  } else if (state === 'starting') found.push(signOf('notice', 'registries', 'starting', { registry }));
  if (damaged.length > 0)
    found.push(
      signOf('warning', 'registries', 'damaged', { registry, values: { files: damaged.join(', ') } }),
    );
  if (eventNodes > 0 && executors === 0)
    found.push(signOf('warning', 'registries', 'noExecutor', { registry }));
  return found.length > 0
    ? found
    : [signOf('ok', 'registries', 'inForce', { registry, values: { handlers } })];
}

/** A registry that is deployed, but not in force. */
export function checkRefused({ id, name, problem }: Named & { readonly problem: string }): Sign {
  return signOf('error', 'registries', 'refused', { registry: { id, name }, values: { reason: problem } });
}

/** A registry that is no longer deployed, but whose folder stands. */
export function checkOrphaned(id: string, place: string): Sign {
  return signOf('notice', 'registries', 'orphaned', { registry: { id, name: '' }, subject: place });
}

/** A node of the flow that belongs to no deployed registry. */
export function checkHomeless({ type, name }: { readonly type: string; readonly name: string }): Sign {
  return signOf('error', 'nodes', 'noRegistry', { subject: name, values: { type, name } });
}
