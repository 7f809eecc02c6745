import { z } from 'zod';
import { parseExecutionFilter } from '../../engine/store/log/filter.ts';
import { upTo } from '../../engine/words/lengths.ts';
import { parse } from '../../engine/words/parse.ts';
import { filterSchema } from './filter-schema.ts';
import { operation } from './operation.ts';

const cancelSchema = z
  .strictObject({
    filter: filterSchema.optional(),
    dryRun: z.boolean({ error: 'must be true or false' }).default(false),
    upTo: z
      .string({ error: 'must be the upTo of a dry run' })
      .refine(upTo(64), 'must have 64 characters at most')
      .optional(),
    cursor: z
      .string({ error: 'must be the nextCursor of the part before' })
      .refine(upTo(64), 'must have 64 characters at most')
      .optional(),
  })
  .refine(({ filter, dryRun }) => dryRun || filter !== undefined, {
    path: ['filter'],
    error: 'is missing: say what to cancel ({} for all that waits), or make it a dry run',
  });

export const cancelExecution = operation({
  on: 'execution',
  columns: ['id'],
  async run({ engine, id, by }) {
    await (await engine.operator()).cancel(id, by);
    return { id };
  },
});

/** Of what waits and matches a filter, a part; or how much that is. */
export const cancelAll = operation({
  columns: ['matched', 'upTo', 'cancelled'],
  parse(given) {
    const { filter = {}, ...options } = parse('body', cancelSchema, given);
    return { filter: parseExecutionFilter(filter), ...options };
  },
  async run({ engine, by }, { filter, dryRun, upTo, cursor }) {
    const operator = await engine.operator();
    if (!dryRun) return operator.cancelParked(filter, { upTo, cursor, by });
    return { ...(await operator.countParked(filter, upTo)), cancelled: 0 };
  },
});
