import { z } from 'zod';
import { parseEventFilter } from '../../engine/store/log/filter.ts';
import { dateTimeSchema, instantOf } from '../../engine/words/date-time.ts';
import { upTo } from '../../engine/words/lengths.ts';
import { parse } from '../../engine/words/parse.ts';
import { operation } from './operation.ts';
import { rateSchema, replaySchema } from './replays.ts';

const momentSchema = dateTimeSchema.transform(instantOf);

const deliverSchema = z
  .strictObject({
    since: momentSchema,
    until: momentSchema.optional(),
    dryRun: z.boolean({ error: 'must be true or false' }).default(false),
    ratePerSecond: rateSchema,
    cursor: z
      .string({ error: 'must be the nextCursor of the part before' })
      .refine(upTo(64), 'must have 64 characters at most')
      .optional(),
  })
  .refine(({ since, until }) => until === undefined || since < until, {
    path: ['until'],
    error: 'must be after since',
  })
  .refine(({ dryRun, cursor }) => dryRun || cursor === undefined, {
    path: ['cursor'],
    error: 'is of a dry run, which counts a part at a time: leave it out',
  });

/** Events that nobody took or listened to go into the flow again. */
export const replayEvents = operation({
  columns: ['matched', 'replaying', 'upTo', 'leftOut', 'byStatus.unclaimed', 'byStatus.unhandled'],
  parse(given) {
    const { filter = {}, ...options } = parse('body', replaySchema, given);
    return { filter: parseEventFilter(filter), options };
  },
  run: async ({ engine, by }, { filter, options }) =>
    (await engine.operator()).replayEvents(filter, { ...options, by }),
});

/** A handler is called for what it has missed. */
export const deliverMissed = operation({
  on: 'handler',
  columns: [
    ...['looking', 'id', 'matched', 'looked', 'of', 'unjudged', 'stopped'],
    ...['prunedBefore', 'nextCursor'],
  ],
  parse: (given) => parse('body', deliverSchema, given),
  async run({ engine, id: handler, by }, { since: from, until: to, dryRun, ratePerSecond, cursor }) {
    const filter = { handler, from, ...(to !== undefined && { to }) };
    const operator = await engine.operator();
    return dryRun
      ? operator.countMissed(filter, cursor)
      : operator.deliverMissed(filter, { ratePerSecond, by });
  },
});
