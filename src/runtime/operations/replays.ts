import { z } from 'zod';
import { parseExecutionFilter } from '../../engine/store/log/filter.ts';
import { numeric } from '../../engine/words/bounds.ts';
import { NotFound } from '../../engine/words/errors.ts';
import { upTo } from '../../engine/words/lengths.ts';
import { parse } from '../../engine/words/parse.ts';
import { filterSchema } from './filter-schema.ts';
import { operation } from './operation.ts';

/** So many a second. */
export const rateSchema = numeric(
  z
    .number({ error: 'must be a number' })
    .refine((rate) => rate === 0 || (rate >= 0.001 && rate <= 1_000_000), {
      error: 'must be 0 (no bound), or from 0.001 to 1000000',
    }),
).default(0);

/** A replay of all that a filter means: of executions, or of events. */
export const replaySchema = z
  .strictObject({
    filter: filterSchema.optional(),
    upTo: z
      .string({ error: 'must be the upTo of a dry run' })
      .refine(upTo(64), 'must have 64 characters at most')
      .optional(),
    dryRun: z.boolean({ error: 'must be true or false' }).default(false),
    ratePerSecond: rateSchema,
  })
  // A request that says nothing must not call every handler again.
  .refine(({ filter, dryRun }) => dryRun || filter !== undefined, {
    path: ['filter'],
    error: 'is missing: say what to replay ({} for all), or make it a dry run',
  });

export const replays = operation({
  columns: [
    'id',
    'kind',
    'status',
    'matched',
    'looked',
    'replayed',
    'ratePerSecond',
    'by',
    'startedAt',
    'endedAt',
  ],
  run: async ({ engine }) => ({ items: await (await engine.log()).replays() }),
});

export const replayExecution = operation({
  on: 'execution',
  columns: ['id'],
  run: async ({ engine, id, by }) => ({ id: await (await engine.operator()).replayExecution(id, by) }),
});

export const replayEvent = operation({
  on: 'event',
  columns: ['id', 'executions'],
  run: async ({ engine, id, by }) => ({
    id,
    executions: await (await engine.operator()).replayEvent(id, by),
  }),
});

/** Of what matches a filter. */
export const replayAll = operation({
  columns: [
    ...['matched', 'replaying', 'upTo'],
    ...['byStatus.failed', 'byStatus.skipped', 'byStatus.cancelled', 'byStatus.succeeded'],
  ],
  parse(given) {
    const { filter = {}, ...options } = parse('body', replaySchema, given);
    return { filter: parseExecutionFilter(filter), options };
  },
  run: async ({ engine, by }, { filter, options }) =>
    (await engine.operator()).replayAll(filter, { ...options, by }),
});

/** A bulk replay; what it has let go goes on. */
export const stopReplay = operation({
  on: 'replay',
  columns: ['id'],
  async run({ engine, id: named }) {
    const id = Number(named);
    if (!Number.isSafeInteger(id)) throw new NotFound(`there is no replay ${named}`);
    await (await engine.operator()).cancelReplay(id);
    return { id };
  },
});
