import { executionStatuses } from '../../../words/execution.ts';
import type { EventFilter, ExecutionFilter } from '../../log.ts';
import { stagesOf, statusCode } from '../../stage.ts';
import type { Selection, Stretch } from './newest-first.ts';

/** Rows looked through for one page: in the index alone, and where each row has to be looked up. */
const indexBound = 100_000;
const lookupBound = 10_000;

/** Rows that are named are looked up, each by its key. */
const among = 'seq in (select value from json_each(:seqs))';

const shown = executionStatuses.filter((status) => status !== 'pending');

/**
 * Which stretches of which index hold the executions that a filter asks for, newest first; `text` is not looked at.
 * Every index ends in (status, started_at), so that a list is merged of one stretch a status. Rows that are running
 * stand in none of them, so that a start costs the writer nothing: they are few, and have an index of their own.
 * No index leads to an object's executions: see IndexedSearch.
 * @param event the seq that the filter's `eventId` stands for
 * @param seqs those that the filter's `ids` stand for
 */
export function executionsSelected(
  filter: ExecutionFilter,
  event?: number,
  seqs?: readonly number[],
): Selection {
  const values = compared(filter);
  const codes = [...new Set(filter.status ?? shown)].map((one) => statusCode[one]);
  const base = { table: 'executions', time: 'started_at', values } as const;
  if (seqs) {
    const ofEvent = event === undefined ? [] : ['+event_seq = :event'];
    const where = [among, `+status in (${codes.join(', ')})`, ...ofEvent, ...unindexed(values)].join(' and ');
    const named = { ...values, seqs: JSON.stringify(seqs), ...(event !== undefined && { event }) };
    return { ...base, values: named, stretches: [{ where }] };
  }
  if (event !== undefined) {
    const where = ['event_seq = :event', `status in (${codes.join(', ')})`, ...unindexed(values)];
    const stretch = { index: 'executions_by_event', where: where.join(' and ') };
    return { ...base, values: { ...values, event }, stretches: [stretch] };
  }
  const { index, led } = executionsBy(values);
  const stretches = codes.map((code): Stretch => {
    const status = `status = ${code}`;
    return code === statusCode.running
      ? { where: [status, ...unindexed(values)].join(' and ') }
      : { index, where: [...led.map(equal), status, 'status > 1', 'started_at is not null'].join(' and ') };
  });
  // The index by type holds the handler, too.
  return { ...base, stretches, ...sifted(values, led, led.includes('event_type') ? ['handler_id'] : []) };
}

/** The same of events. */
export function eventsSelected({ status, ...filter }: EventFilter, seqs?: readonly number[]): Selection {
  const values = compared(filter);
  const base = { table: 'events', time: 'accepted_at', values } as const;
  const stages = status && [...new Set(status.flatMap(stagesOf))];
  if (seqs) {
    const ofStage = stages ? [`+stage in (${stages.join(', ')})`] : [];
    const where = [among, ...ofStage, ...unindexed(values)].join(' and ');
    return { ...base, values: { ...values, seqs: JSON.stringify(seqs) }, stretches: [{ where }] };
  }
  if (stages) {
    const stretches = stages.map((stage) => ({ index: 'events_by_stage', where: `stage = ${stage}` }));
    return { ...base, stretches, ...sifted(values, [], ['event_type']) };
  }
  const led = 'event_type' in values ? ['event_type'] : [];
  const stretch =
    led.length > 0
      ? { index: 'events_by_type', where: led.map(equal).join() }
      : { index: 'events_by_time', where: 'accepted_at is not null' };
  return { ...base, stretches: [stretch], ...sifted(values, led) };
}

/** The columns that a filter compares, and with what. */
function compared({
  eventType,
  handler,
  objectId,
}: Pick<ExecutionFilter, 'eventType' | 'handler' | 'objectId'>): Readonly<Record<string, string>> {
  return {
    ...(eventType !== undefined && { event_type: eventType }),
    ...(handler !== undefined && { handler_id: handler }),
    ...(objectId !== undefined && { object_id: objectId }),
  };
}

/** Which index leads to executions, by which of the columns. */
function executionsBy(values: object): { readonly index: string; readonly led: readonly string[] } {
  if ('event_type' in values) return { index: 'executions_by_type', led: ['event_type'] };
  if ('handler_id' in values) return { index: 'executions_by_handler', led: ['handler_id'] };
  return { index: 'executions_by_status', led: [] };
}

/**
 * The conditions that are left: rows are looked at one by one.
 * @param led columns that lead to the rows
 * @param held columns that the index holds besides, so that no row has to be looked up for them
 */
function sifted(
  values: object,
  led: readonly string[],
  held: readonly string[] = [],
): Pick<Selection, 'columns' | 'filter' | 'bound'> {
  const columns = Object.keys(values).filter((column) => !led.includes(column));
  if (columns.length === 0) return {};
  const bound = columns.every((column) => held.includes(column)) ? indexBound : lookupBound;
  return { columns, filter: columns.map(equal).join(' and '), bound };
}

function equal(column: string): string {
  return `${column} = :${column}`;
}

/** `+` keeps the planner from using an index for the condition. */
function unindexed(values: object): string[] {
  return Object.keys(values).map((column) => `+${equal(column)}`);
}
