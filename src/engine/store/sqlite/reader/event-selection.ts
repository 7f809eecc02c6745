import type { EventFilter } from '../../log.ts';
import { stagesOf } from '../../stage.ts';
import type { Position } from './cursor.ts';
import type { Selection, Statements } from './newest-first.ts';

/** Rows looked through for one page: in the index alone, and where each row has to be looked up. */
const indexBound = 100_000;
const lookupBound = 10_000;

/** Which stretches of which index hold the events that a filter asks for, newest first. */
export function eventsSelected({ status, eventType, objectId }: EventFilter): Selection {
  const stages = status?.flatMap((one) => stagesOf(one));
  const ofStage = stages && `stage in (${stages.join(', ')})`;
  const base = { table: 'events', time: 'accepted_at' } as const;
  // No index leads to an object's events: see ObjectSearch. Where that can't be asked, they are looked at one by one.
  if (objectId !== undefined) {
    const conditions = [
      'object_id = :object_id',
      ...(ofStage ? [ofStage] : []),
      ...(eventType === undefined ? [] : ['event_type = :event_type']),
    ];
    return {
      ...base,
      stretches: [{ index: 'events_by_time', where: 'accepted_at is not null' }],
      columns: ['object_id', 'stage', 'event_type'],
      filter: conditions.join(' and '),
      bound: lookupBound,
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

/** The events that were accepted in one ms and meet a filter's conditions, newest first. */
export function eventsAt(
  statements: Statements,
  at: number,
  { status, eventType, objectId }: EventFilter,
): Position[] {
  const stages = status?.flatMap((one) => stagesOf(one));
  return statements
    .of(
      `select seq, stage, event_type, object_id from events indexed by events_by_time
       where accepted_at = :at order by seq desc`,
    )
    .all({ at })
    .filter(
      (row) =>
        (eventType === undefined || row['event_type'] === eventType) &&
        (objectId === undefined || row['object_id'] === objectId) &&
        (stages === undefined || stages.some((stage) => stage === row['stage'])),
    )
    .map(({ seq }): Position => [at, Number(seq)]);
}
