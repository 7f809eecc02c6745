import type { EventContent, StartedEvent, StartedExecution } from '../../journal.ts';
import type { Stage } from '../../stage.ts';

/** Whose execution it is. */
export interface OfEvent extends Omit<EventContent, 'payload'> {
  readonly seq: number;
}

/** An event as its turns see it. */
export interface EventRow extends OfEvent {
  readonly stage: Stage;
  readonly touchedAt: number | null;
}

/** An event with all that the window wants of it. */
export type WholeEventRow = EventRow & Pick<StartedEvent, 'payload' | 'executor' | 'hops'>;

/** The columns of an `EventRow`; what stands behind the payload in its row is dearer to read. */
export const eventColumns =
  'seq, stage, event_type as eventType, object_id as objectId, object_key as objectKey, ordered, touched_at as touchedAt';
export const wholeEventColumns = `${eventColumns}, payload, executor, hops`;

/** The columns of an `Emission`. */
export const emissionColumns = 'seq, node, payload, event_type as eventType, object_id as objectId';

/** @param stored with the columns of a `Row` */
export function eventFrom<Row extends OfEvent = EventRow>(stored: object): Row {
  const row = stored as Omit<Row, 'ordered'> & { readonly ordered: number };
  return { ...row, ordered: row.ordered === 1 } as unknown as Row;
}

/** An event with its chain, as the window wants it. */
export function loaded(row: WholeEventRow, executions: readonly StartedExecution[]): StartedEvent {
  const { stage: _, touchedAt, ...event } = row;
  return { ...event, passed: touchedAt !== null, executions };
}

/** Where an event's executions are ordered; null: nowhere. */
export function laneOf({ objectKey, ordered }: Pick<OfEvent, 'objectKey' | 'ordered'>): string | null {
  return ordered ? objectKey : null;
}
