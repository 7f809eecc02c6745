import { z } from 'zod';
import type { Override } from '../words/answers.ts';

/** As it is stored. */
export const overrideSchema: z.ZodType<Override> = z.object({
  status: z.enum(['enabled', 'held', 'disabled']),
  by: z.string().nullable(),
  at: z.iso.datetime(),
  reason: z.string().nullable(),
});

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
