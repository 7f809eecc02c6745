import { z } from 'zod';
import { absentAsMissing } from './absent.ts';
import { within } from './bounds.ts';
import { dataSchema, eventTypeSchema } from './event.ts';
import { nodeIdSchema } from './handler.ts';
import { orderings, registryBounds, registryDefaults } from './registry-settings.ts';

/** What stands beside the registries' folders: the script folder, the projects' own, and the backups'. */
const takenFolder = /^(?:scripts|projects|backups)$/i;

const ownEventTypeSchema = z.preprocess(
  absentAsMissing,
  z.object({
    id: eventTypeSchema,
    title: z.string().default(''),
    object: eventTypeSchema.optional(),
    sample: dataSchema.optional(),
  }),
);

/** A registry's saved configuration. */
const savedSchema = z.object({
  id: nodeIdSchema.refine(
    (id) => !takenFolder.test(id),
    'must not be scripts, projects or backups, whose folders hold something else: give the node another id',
  ),
  name: z.string().default(''),
  concurrency: within(registryBounds.concurrency).default(registryDefaults.concurrency),
  ordering: z.enum(orderings).default(registryDefaults.ordering),
  claimSeconds: within(registryBounds.claimSeconds).default(registryDefaults.claimSeconds),
  retentionDays: within(registryBounds.retentionDays).default(registryDefaults.retentionDays),
  retentionEvents: within(registryBounds.retentionEvents).default(registryDefaults.retentionEvents),
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
