import type { StoreLocation } from './store.ts';

/** Where the registries of a runtime keep what they have. */
export interface Stores {
  of(registry: string): StoreLocation;
  /** Ids of the registries that have a store, whether they are deployed or not. */
  stored(): Promise<readonly string[]>;
  /** The paths of what was found damaged and put aside, whenever that was. */
  damaged(registry: string): Promise<readonly string[]>;
}
