import { z } from 'zod';
import { ownEventTypeSchema } from './catalogue.ts';
import { integer, nodeIdSchema } from './handler.ts';

/** A registry's saved configuration. */
export const registryConfigSchema = z.object({
  id: nodeIdSchema,
  name: z.string().default(''),
  concurrency: integer(1, 1024).default(64),
  ordering: z.enum(['object', 'none'], { error: 'must be "object" or "none"' }).default('object'),
  claimSeconds: integer(1, 86_400).default(60),
  retentionDays: integer(0, 36_500).default(30),
  retentionEvents: integer(0, Number.MAX_SAFE_INTEGER).default(1_000_000),
  eventTypes: z.array(ownEventTypeSchema).default([]),
});
export type RegistryConfig = z.infer<typeof registryConfigSchema>;
