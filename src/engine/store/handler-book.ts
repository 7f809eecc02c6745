import { z } from 'zod';

/** An operator's switch as it is stored; of one without an end, and of those of former versions, `until` is absent. */
export const keptOverrideSchema = z.object({
  status: z.enum(['enabled', 'held', 'disabled']),
  by: z.string().nullable(),
  at: z.iso.datetime(),
  reason: z.string().nullable(),
  until: z.iso.datetime().optional(),
});
export type KeptOverride = Readonly<z.infer<typeof keptOverrideSchema>>;

/** What is known of a registry's handlers beyond the flow: their numbers for people, and operators' switches. */
export interface HandlerBook {
  /**
   * Gives those a number, in this order, that have none yet. Numbers are never reused.
   * @throws when it can not be written where all who share the book see it at once
   */
  number(handlers: readonly string[]): Promise<void>;
  /** Its number; 0: it was given none. */
  numberOf(handler: string): number;
  overrideOf(handler: string): KeptOverride | null;
  /** Handlers that have an override, also those that are not deployed. */
  overridden(): readonly string[];
  /** In force at once; kept by `save`. Null: the flow's status holds. */
  override(handler: string, override: KeptOverride | null): void;
  /** Who holds the registry as a whole, and why; null: nobody does. */
  hold(): KeptOverride | null;
  /** In force at once; kept by `save`. */
  holdAll(hold: KeptOverride | null): void;
  /** @throws when it can not be written */
  save(): Promise<void>;
}
