import type { StoreLocation } from './store/store.ts';
import type { Target } from './targets/target.ts';
import type { Expressions } from './words/expression.ts';
import type { Handler } from './words/handler.ts';
import type { RegistryConfig } from './words/registry-config.ts';
import type { Time } from './words/time.ts';

/** What the engine of a registry is handed. */
export interface EngineOptions {
  readonly config: RegistryConfig;
  /** Where the registry keeps what it has. */
  readonly location: StoreLocation;
  /** Opening waits for it: a predecessor that still holds the store. */
  readonly after?: Promise<void>;
  readonly time: Time;
  readonly makeTarget: (handler: Handler) => Target;
  /** JSONata, for handlers' conditions. */
  readonly expressions?: Expressions;
  /** Accepted and untaken events at most; beyond it the intake answers 503. */
  readonly backlogLimit: number;
  /** From 0 to 1, for jitter; default Math.random. */
  readonly random?: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}
