import type { Engine } from '../../engine/engine.ts';
import type { Provisioning } from '../provisioning.ts';

/** Who asks, and whom. */
export interface Scope {
  readonly provisioning: Provisioning;
  readonly engine: Engine;
  /** Id of what it is about, of the kind that the operation's `on` says; else ''. */
  readonly id: string;
  /** Who asks; null when nobody knows. */
  readonly by: string | null;
}

/** What can be asked of a registry, or done with it, by whatever way: the admin API and query nodes do the same. */
export interface Operation<Parameters = unknown> {
  /** What it is about where that is not the registry: the parameter that holds its id. */
  readonly on?: 'handler' | 'execution' | 'event' | 'replay';
  /** Checks its further parameters; an operation without takes none. @throws InvalidInput naming each that is wrong */
  readonly parse?: (given: unknown) => Parameters;
  /** What of its answer, or of each of the answer's items, makes a flat row: paths into it. */
  readonly columns: readonly string[];
  /** @returns what is answered; it is not for the asker to change. @throws ProvisioningError */
  run(scope: Scope, parameters: Parameters): Promise<unknown>;
}

/** An operation as whoever runs it sees it: what it parses, it takes. */
export const operation = <Parameters>(one: Operation<Parameters>): Operation => one;
