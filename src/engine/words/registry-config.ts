import { z } from 'zod';
import { absentAsMissing } from './absent.ts';
import { ownEventTypeSchema } from './catalogue.ts';
import { integer, nodeIdSchema } from './handler.ts';

/** What stands beside the registries' folders: the script folder, and the projects' own. */
const takenFolder = /^(?:scripts|projects)$/i;

/** A registry's saved configuration. */
const savedSchema = z.object({
  id: nodeIdSchema.refine(
    (id) => !takenFolder.test(id),
    'must not be scripts or projects, whose folders hold something else: give the node another id',
  ),
  name: z.string().default(''),
  concurrency: integer(1, 1024).default(64),
  ordering: z.enum(['object', 'none'], { error: 'must be "object" or "none"' }).default('object'),
  claimSeconds: integer(1, 86_400).default(60),
  retentionDays: integer(0, 36_500).default(30),
  retentionEvents: integer(0, Number.MAX_SAFE_INTEGER).default(1_000_000),
  eventTypes: z
    .array(ownEventTypeSchema)
    .superRefine((types, context) => {
      const ids = types.map(({ id }) => id);
      for (const [index, id] of ids.entries()) {
        if (ids.indexOf(id) === index) continue;
        const message = `is the id of eventTypes[${ids.indexOf(id)}] too: change one, or remove it`;
        context.addIssue({ code: 'custom', path: [index, 'id'], message });
      }
    })
    .default([]),
});
export const registryConfigSchema = z.preprocess(absentAsMissing, savedSchema);
export type RegistryConfig = z.infer<typeof registryConfigSchema>;
