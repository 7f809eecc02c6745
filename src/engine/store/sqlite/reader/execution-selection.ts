import { executionStatuses } from '../../../words/execution.ts';
import type { ExecutionFilter } from '../../log.ts';
import { statusCode } from '../../stage.ts';
import type { Position } from './cursor.ts';
import type { Selection, Statements, Stretch } from './newest-first.ts';

/** Rows looked through for one page: in the index alone, and where each row has to be looked up. */
const indexBound = 100_000;
const lookupBound = 10_000;

const shown = executionStatuses.filter((status) => status !== 'pending');

/**
 * Which stretches of which index hold the executions that a filter asks for, newest first; `text` is not looked at.
 * Every index ends in (status, started_at), so that a list is merged of one stretch a status. Rows that are running
 * stand in none of them, so that a start costs the writer nothing: they are few, and have an index of their own.
 * @param event the seq that the filter's `eventId` stands for
 */
export function executionsSelected(filter: ExecutionFilter, event: number | undefined): Selection {
  const { eventType, handler, objectId, status = shown } = filter;
  const conditions = {
    ...(eventType !== undefined && { event_type: eventType }),
    ...(handler !== undefined && { handler_id: handler }),
    ...(objectId !== undefined && { object_id: objectId }),
  };
  const codes = [...new Set(status)].map((one) => statusCode[one]);
  const base = { table: 'executions', time: 'started_at', values: conditions } as const;
  if (event !== undefined) {
    const where = [
      'event_seq = :event',
      `status in (${codes.join(', ')})`,
      ...equal(Object.keys(conditions), '+'),
    ];
    const stretch = { index: 'executions_by_event', where: where.join(' and ') };
    return { ...base, values: { ...conditions, event }, stretches: [stretch] };
  }
  const { index, led, sifted, covered } = access(conditions);
  return {
    ...base,
    stretches: codes.map((code) =>
      code === statusCode.running ? running(conditions) : ended(index, led, code),
    ),
    ...(sifted.length > 0 && {
      columns: sifted,
      filter: equal(sifted).join(' and '),
      bound: covered ? indexBound : lookupBound,
    }),
  };
}

/** The executions of one ms that meet a filter's conditions other than text and event, newest first. */
export function executionsAt(statements: Statements, at: number, filter: ExecutionFilter): Position[] {
  const { handler, eventType, objectId, status } = filter;
  const codes = status?.map((one) => statusCode[one]);
  return statements
    .of(
      `select seq, status, handler_id, event_type, object_id from executions where status = 1 and started_at = :at
       union all select seq, status, handler_id, event_type, object_id
       from executions indexed by executions_by_status
       where status in (2, 3, 4, 5, 6) and status > 1 and started_at is not null and started_at = :at`,
    )
    .all({ at })
    .filter(
      (row) =>
        (handler === undefined || row['handler_id'] === handler) &&
        (eventType === undefined || row['event_type'] === eventType) &&
        (objectId === undefined || row['object_id'] === objectId) &&
        (codes === undefined || codes.includes(Number(row['status']))),
    )
    .map(({ seq }): Position => [at, Number(seq)])
    .sort(([, a], [, b]) => b - a);
}

/** Which index leads to the rows by which of the conditions, and which conditions are left. */
function access(conditions: object): { index: string; led: string[]; sifted: string[]; covered: boolean } {
  const asked = Object.keys(conditions);
  const without = (column: string) => asked.filter((other) => other !== column);
  const by = (index: string, column: string, covered = false) => ({
    index: `executions_by_${index}`,
    led: [column],
    sifted: without(column),
    covered,
  });
  // No index leads to an object's executions: see ObjectSearch. Where that can't be asked, they are looked at one by one.
  // This index holds the handler too.
  if (asked.includes('event_type')) return by('type', 'event_type', !asked.includes('object_id'));
  if (asked.includes('handler_id')) return by('handler', 'handler_id');
  return { index: 'executions_by_status', led: [], sifted: asked, covered: false };
}

function ended(index: string, led: readonly string[], code: number): Stretch {
  return {
    index,
    where: [...equal(led), `status = ${code}`, 'status > 1', 'started_at is not null'].join(' and '),
  };
}

function running(conditions: object): Stretch {
  return { where: [`status = ${statusCode.running}`, ...equal(Object.keys(conditions), '+')].join(' and ') };
}

/** @param sign `+` keeps the planner from using an index for the condition */
function equal(columns: readonly string[], sign = ''): string[] {
  return columns.map((column) => `${sign}${column} = :${column}`);
}
