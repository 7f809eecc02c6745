/** Kinds of nodes that save a configuration. */
export type NodeKind = 'registry' | 'handler' | 'event' | 'executor' | 'log' | 'handler-in' | 'handler-reply';

type Saved = object & { readonly configVersion?: unknown };

/** `migrations[kind][n]` leads a configuration from version n + 1 to n + 2. Each is pure and has a test. */
const migrations: Readonly<Record<NodeKind, readonly ((saved: Saved) => Saved)[]>> = {
  registry: [],
  handler: [],
  event: [],
  executor: [],
  log: [],
  'handler-in': [],
  'handler-reply': [],
};

/** Brings a saved configuration to the version that this package writes; one without a version is of the first. */
export function migrate<T extends object>(kind: NodeKind, saved: T): T {
  const { configVersion = 1 } = saved as Saved;
  const steps = migrations[kind].slice(Number(configVersion) - 1);
  return steps.reduce<Saved>((config, step) => step(config), saved) as T;
}
