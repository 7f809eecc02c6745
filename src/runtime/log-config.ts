import { z } from 'zod';
import { withoutAbsent } from '../engine/words/absent.ts';
import { logDefaults, shownStatuses } from '../engine/words/execution.ts';
import { eventPatternSchema } from '../engine/words/handler.ts';
import { parse } from '../engine/words/parse.ts';

const statusList = `must be a list of ${shownStatuses.join(', ')}`;

const logSchema = z.object({
  /** Event types or patterns; none: all. */
  events: z.array(eventPatternSchema, { error: 'must be a list of event types' }).default([]),
  /** Ids of handlers; none: all. */
  handlers: z.array(z.string(), { error: 'must be a list of node ids of handlers' }).default([]),
  statuses: z
    .array(z.enum(shownStatuses, { error: statusList }), { error: statusList })
    .default([...logDefaults.statuses]),
  circuits: z.boolean({ error: 'must be true or false' }).default(logDefaults.circuits),
});
export type LogConfig = z.infer<typeof logSchema>;

/** What a log node is to tell. @throws InvalidInput naming the property */
export function logConfigOf(saved: { readonly id: string; readonly name?: string }): LogConfig {
  return parse(`log node "${saved.name || saved.id}"`, logSchema, withoutAbsent({ ...saved }));
}
