import { z } from 'zod';
import type { WatchConfig } from '../engine/watch/watch.ts';
import { withoutAbsent } from '../engine/words/absent.ts';
import { watchBounds, watchDefaults } from '../engine/words/alarm.ts';
import { within } from '../engine/words/bounds.ts';
import { eventPatternSchema } from '../engine/words/handler.ts';
import { parse } from '../engine/words/parse.ts';

const watchSchema = z.object({
  /** Executions that fail for good, in so many minutes; 0: not watched. So for the minutes below. */
  failures: within(watchBounds.failures).default(watchDefaults.failures),
  failureMinutes: within(watchBounds.failureMinutes).default(watchDefaults.failureMinutes),
  circuits: z.boolean({ error: 'must be true or false' }).default(watchDefaults.circuits),
  backlogMinutes: within(watchBounds.backlogMinutes).default(watchDefaults.backlogMinutes),
  objectMinutes: within(watchBounds.objectMinutes).default(watchDefaults.objectMinutes),
  /** Event types or patterns; none: all. */
  events: z.array(eventPatternSchema, { error: 'must be a list of event types' }).default([]),
  /** Ids of handlers; none: all. */
  handlers: z.array(z.string(), { error: 'must be a list of node ids of handlers' }).default([]),
});
export type SavedWatch = z.infer<typeof watchSchema>;

const minute = 60_000;
const msOf = (minutes: number): number | null => (minutes === 0 ? null : minutes * minute);

/** What a watch node is told to watch. @throws InvalidInput naming the property */
export function watchConfigOf(node: { readonly id: string; readonly name?: string }): {
  readonly saved: SavedWatch;
  readonly config: WatchConfig;
} {
  const saved = parse(`watch node "${node.name || node.id}"`, watchSchema, withoutAbsent({ ...node }));
  const { failures, failureMinutes, circuits, backlogMinutes, objectMinutes, events, handlers } = saved;
  const config = {
    failures: failures === 0 ? null : { count: failures, ms: failureMinutes * minute },
    circuits,
    backlogMs: msOf(backlogMinutes),
    objectMs: msOf(objectMinutes),
    events,
    handlers,
  };
  return { saved, config };
}
