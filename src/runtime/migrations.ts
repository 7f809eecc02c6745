import { InvalidInput } from '../engine/words/errors.ts';

type Saved = object & { readonly configVersion?: unknown; readonly id?: string; readonly name?: string };

/** `migrations[kind][n]` leads a configuration from version n + 1 to n + 2. Each is pure and has a test. */
const migrations = {
  registry: [],
  // Before there was a choice, every failure was retried.
  handler: [(saved) => ({ retryOn: 'any', ...saved })],
  event: [],
  executor: [],
  log: [],
  watch: [],
  query: [],
  'handler-in': [],
  'handler-reply': [],
} as const satisfies Record<string, readonly ((saved: Saved) => Saved)[]>;

/** Kinds of nodes that save a configuration. */
export type NodeKind = keyof typeof migrations;

/**
 * Brings a saved configuration to the version that this package writes; one without a version is of the first.
 * @throws InvalidInput for one of a newer version: what its properties mean is not known here
 */
export function migrate<T extends object>(kind: NodeKind, saved: T): T {
  const { configVersion = 1, id = '', name = '' } = saved as Saved;
  const known = migrations[kind].length + 1;
  const version = Number(configVersion);
  if (!(Number.isInteger(version) && version >= 1 && version <= known)) {
    const message = `is ${JSON.stringify(configVersion)}, but this version of the package knows ${known} at most: update node-red-contrib-provisioning, or delete the node and make it anew`;
    throw new InvalidInput(`${kind} "${name || id}"`, [{ field: 'configVersion', message }]);
  }
  const steps = migrations[kind].slice(version - 1);
  return steps.reduce<Saved>((config, step) => step(config), saved) as T;
}
