import type { Journal } from '../store/journal.ts';
import type { Ids } from '../words/ids.ts';
import type { RegistryConfig } from '../words/registry-config.ts';
import type { Time } from '../words/time.ts';
import type { Persist } from './persist.ts';
import type { Registry } from './registry.ts';

/** What each of a delivery's moving parts is handed. */
export interface Context {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly ids: Ids;
  readonly time: Time;
  readonly persist: Persist;
  /** The configuration that is in force. */
  readonly config: () => RegistryConfig;
  readonly onError: (error: unknown) => void;
}
