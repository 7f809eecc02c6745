import type { EventFilter } from './log.ts';
import type { Selection } from './newest-first.ts';
import { stagesOf } from './stage.ts';

/** Rows looked through for one page: in the index alone, and where each row has to be looked up. */
const indexBound = 100_000;
const lookupBound = 10_000;

/** Which stretches of which index hold the events that a filter asks for, newest first. */
export function eventsSelected({ status, eventType, objectId }: EventFilter): Selection {
  const stages = status?.flatMap((one) => stagesOf(one));
  const ofStage = stages && `stage in (${stages.join(', ')})`;
  const base = { table: 'events', time: 'accepted_at' } as const;
  if (objectId !== undefined) {
    const conditions = [ofStage, eventType !== undefined && 'event_type = :event_type'].filter(
      (condition) => typeof condition === 'string',
    );
    return {
      ...base,
      stretches: [{ index: 'events_by_object', where: 'object_id = :object_id' }],
      ...(conditions.length > 0 && {
        columns: ['stage', 'event_type'],
        filter: conditions.join(' and '),
        bound: lookupBound,
      }),
      values: { object_id: objectId, ...(eventType !== undefined && { event_type: eventType }) },
    };
  }
  if (stages) {
    return {
      ...base,
      stretches: [...new Set(stages)].map((stage) => ({
        index: 'events_by_stage',
        where: `stage = ${stage}`,
      })),
      // This index holds the type too.
      ...(eventType !== undefined && {
        columns: ['event_type'],
        filter: 'event_type = :event_type',
        bound: indexBound,
      }),
      values: eventType === undefined ? {} : { event_type: eventType },
    };
  }
  if (eventType !== undefined) {
    return {
      ...base,
      stretches: [{ index: 'events_by_type', where: 'event_type = :event_type' }],
      values: { event_type: eventType },
    };
  }
  return { ...base, stretches: [{ index: 'events_by_time', where: 'accepted_at is not null' }], values: {} };
}
