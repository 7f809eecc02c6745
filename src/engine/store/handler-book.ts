import { z } from 'zod';

/** As it is stored. */
export const overrideSchema = z.object({
  status: z.enum(['enabled', 'held', 'disabled']),
  /** Who switched it; null when nobody knows. */
  by: z.string().nullable(),
  /** ISO 8601. */
  at: z.iso.datetime(),
  reason: z.string().nullable(),
});

/** An operator's switch of a handler that differs from what the flow says. */
export type Override = z.infer<typeof overrideSchema>;

/** What is known of a registry's handlers beyond the flow: their numbers for people, and operators' switches. */
export interface HandlerBook {
  /** Its number; the next one when it has none yet. Numbers are never reused. */
  numberOf(handler: string): number;
  overrideOf(handler: string): Override | null;
  /** In force at once; kept by `save`. Null: the flow's status holds. */
  override(handler: string, override: Override | null): void;
  /** @throws when it can not be written */
  save(): Promise<void>;
}
