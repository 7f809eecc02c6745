import { type AskedStatus, shownStatuses, unresolved } from '../../words/execution.ts';
import type { EventFilter, ExecutionFilter } from '../log/filter.ts';
import { stagesOf, statusCode, statusCodesOf } from '../stage.ts';
import { rangesOf } from './ranges.ts';
import type { Dialect, Selection, Stretch } from './selection.ts';

/** Rows looked through for one page: in the index alone, and where each row has to be looked up. */
const indexBound = 100_000;
const lookupBound = 10_000;
/** The same where the stretches hold much that is not meant: they have to be merged as well. */
const mergedIndexBound = 20_000;
const mergedLookupBound = 3000;

/** What has succeeded with a code that seldom means success. */
export const oddSuccess = 'status = 3 and (code < 0 or code between 1 and 199 or code > 299)';

type Values = Readonly<Record<string, string>>;

/** Conditions other than that a column has a value, and the columns that they look at. */
interface Sieve {
  readonly columns: readonly string[];
  readonly conditions: readonly string[];
}

interface Lead {
  readonly index: string;
  /** The columns that it leads by. */
  readonly led: readonly string[];
  /** Columns that it holds besides, so that no row has to be looked up for them. */
  readonly held: readonly string[];
}

/** What is of a kind waits after a failed attempt, or has failed. */
const isFailing = (code: number) => code === statusCode.parked || code === statusCode.failed;
const noStatus = -1;
/** Whichever handler's it is: rows have to be looked up for it. */
const ofKind = 'failure_group in (select id from failure_groups where kind = :kind)';
/** What the index of failures holds besides their group and when they began. */
const heldOfFailures = ['status', 'event_type', 'replayed_as', 'passed_by'];
const nothing: Sieve = { columns: [], conditions: [] };

/** Turns filters into what is selected, as this database says it. */
export function selectionsIn({ notReplaced, named, seqs: listed, unindexed, leadsToObjects }: Dialect) {
  /** What failed or was skipped and nothing has replaced: who says just so may use the index of these. */
  const isUnresolved = `status in (4, 5) and ${notReplaced} and started_at is not null`;

  /**
   * Which stretches of which index hold the executions that a filter asks for, newest first; `text` is not looked at.
   * Every index ends in (status, started_at), so that a list is merged of one stretch a status. Rows that are running
   * stand in none of them, so that a start costs the writer nothing: they are few, and have an index of their own.
   * @param event the seq that the filter's `eventId` stands for
   * @param seqs those that the filter's `ids` stand for
   */
  function executionsSelected(filter: ExecutionFilter, event?: number, seqs?: readonly number[]): Selection {
    const equals = compared(filter);
    const asked = filter.status ?? shownStatuses;
    const { kind } = filter;
    const statuses = kind === undefined ? statusCodesOf(asked) : statusCodesOf(asked).filter(isFailing);
    const ranges = rangesOf(filter);
    const values = { ...equals, ...ranges.values, ...(kind !== undefined && { kind }) };
    const open = openOf(asked);
    const ofKinds = kind === undefined ? [] : [ofKind];
    const base = { table: 'executions', time: 'started_at', values } as const;
    const further = [...open, ...allUnindexed(equals), ...ranges.conditions, ...ofKinds];
    // A condition that nothing meets is one that every database can read.
    const codes = statuses.length === 0 ? [noStatus] : statuses;
    if (seqs) {
      const ofEvent = event === undefined ? [] : [unindexed('event_seq = :event')];
      const where = [named, unindexed(`status in (${codes.join(', ')})`), ...ofEvent, ...further].join(
        ' and ',
      );
      const given = { ...values, seqs: listed(seqs), ...(event !== undefined && { event }) };
      return { ...base, few: true, values: given, stretches: [{ where }] };
    }
    if (event !== undefined) {
      const where = ['event_seq = :event', `status in (${codes.join(', ')})`, ...further];
      const stretch = { index: 'executions_by_event', where: where.join(' and ') };
      return { ...base, few: true, values: { ...values, event }, stretches: [stretch] };
    }
    const isLedToObject = leadsToObjects && 'object_id' in equals;
    if (kind !== undefined && 'handler_id' in equals && !isLedToObject) {
      const conditions = [`status in (${codes.join(', ')})`, ...open, ...ranges.conditions];
      return { ...base, ...ofFailureGroup(equals, { columns: ranges.columns, conditions }) };
    }
    const kinds = { columns: ofKinds.map(() => 'failure_group'), conditions: ofKinds };
    if (asked.every((one) => one === unresolved) && !isLedToObject) {
      const stretches = [{ index: 'unresolved', where: isUnresolved }];
      const sieve = {
        columns: [...ranges.columns, ...kinds.columns],
        conditions: [...ranges.conditions, ...kinds.conditions],
      };
      return { ...base, stretches, ...sifted(equals, [], ['handler_id', 'event_type'], sieve) };
    }
    const { index, led, held } = executionsBy(equals);
    const stretches = codes.map((code): Stretch => {
      const status = `status = ${code}`;
      if (code === statusCode.succeeded && ranges.oddly && !isLedToObject)
        return { index: 'odd_successes', where: [oddSuccess, ...allUnindexed(equals)].join(' and ') };
      return code === statusCode.running
        ? { where: [status, ...allUnindexed(equals)].join(' and ') }
        : { index, where: [...led.map(equal), status, 'status > 1', 'started_at is not null'].join(' and ') };
    });
    const sieve = {
      columns: [
        ...ranges.columns,
        ...(open.length > 0 ? ['status', 'replayed_as', 'passed_by'] : []),
        ...kinds.columns,
      ],
      conditions: [...ranges.conditions, ...open, ...kinds.conditions],
    };
    return { ...base, stretches, ...sifted(equals, led, held, sieve) };
  }

  /** The same of events. */
  function eventsSelected({ status, ...filter }: EventFilter, seqs?: readonly number[]): Selection {
    const values = compared(filter);
    const base = { table: 'events', time: 'accepted_at', values } as const;
    const stages = status && [...new Set(status.flatMap(stagesOf))];
    const ofStage = stages ? [unindexed(`stage in (${stages.join(', ')})`)] : [];
    if (seqs) {
      const where = [named, ...ofStage, ...allUnindexed(values)].join(' and ');
      return { ...base, few: true, values: { ...values, seqs: listed(seqs) }, stretches: [{ where }] };
    }
    if (leadsToObjects && 'object_id' in values) {
      const stretches = [{ index: 'events_by_object', where: 'object_id = :object_id' }];
      const sieve = { columns: ofStage.map(() => 'stage'), conditions: ofStage };
      return { ...base, stretches, ...sifted(values, ['object_id'], [], sieve) };
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

  /** What is asked of rows that belong to what is asked for only while nothing has replaced them. */
  function openOf(asked: readonly AskedStatus[]): readonly string[] {
    if (!asked.includes(unresolved)) return [];
    const plain = statusCodesOf(asked.filter((one) => one !== unresolved));
    const codes = statusCodesOf([unresolved]).filter((code) => !plain.includes(code));
    return codes.length === 0 ? [] : [`(status not in (${codes.join(', ')}) or (${notReplaced}))`];
  }

  /** Which index leads to executions. */
  function executionsBy(values: object): Lead {
    if (leadsToObjects && 'object_id' in values)
      return { index: 'executions_by_object', led: ['object_id'], held: [] };
    if ('event_type' in values)
      return { index: 'executions_by_type', led: ['event_type'], held: ['handler_id'] };
    if ('handler_id' in values) return { index: 'executions_by_handler', led: ['handler_id'], held: [] };
    return { index: 'executions_by_status', led: [], held: ['code', 'duration_ms'] };
  }

  function allUnindexed(values: object): string[] {
    return Object.keys(values).map((column) => unindexed(equal(column)));
  }

  return { isUnresolved, executionsSelected, eventsSelected };
}

/** The failures of one handler and kind, by the index that they have. */
function ofFailureGroup(
  equals: Values,
  { columns: sifting, conditions }: Sieve,
): Pick<Selection, 'stretches' | 'columns' | 'filter' | 'bound'> {
  const group = 'select id from failure_groups where handler_id = :handler_id and kind = :kind';
  const where = `failure_group is not null and status in (2, 4) and failure_group = (${group})`;
  const compared = Object.keys(equals).filter((column) => column !== 'handler_id');
  const columns = ['status', 'replayed_as', 'passed_by', ...compared, ...sifting];
  return {
    stretches: [{ index: 'failures', where }],
    columns,
    filter: [...conditions, ...compared.map(equal)].join(' and '),
    bound: columns.every((column) => heldOfFailures.includes(column)) ? indexBound : lookupBound,
  };
}

/** The columns that a filter compares, and with what. */
function compared({
  eventType,
  handler,
  objectId,
}: Pick<ExecutionFilter, 'eventType' | 'handler' | 'objectId'>): Values {
  return {
    ...(eventType !== undefined && { event_type: eventType }),
    ...(handler !== undefined && { handler_id: handler }),
    ...(objectId !== undefined && { object_id: objectId }),
  };
}

/**
 * The conditions that are left: rows are looked at one by one.
 * @param led columns that lead to the rows
 * @param held columns that the index holds besides, so that no row has to be looked up for them
 * @param sieve further conditions
 */
function sifted(
  values: object,
  led: readonly string[],
  held: readonly string[] = [],
  sieve: Sieve = nothing,
): Pick<Selection, 'columns' | 'filter' | 'bound'> {
  const compared = Object.keys(values).filter((column) => !led.includes(column));
  const columns = [...compared, ...sieve.columns];
  if (columns.length === 0) return {};
  const isHeld = columns.every((column) => held.includes(column));
  const [most, mostLookups] =
    sieve.columns.length > 0 ? [mergedIndexBound, mergedLookupBound] : [indexBound, lookupBound];
  const bound = isHeld ? most : mostLookups;
  return { columns, filter: [...compared.map(equal), ...sieve.conditions].join(' and '), bound };
}

function equal(column: string): string {
  return `${column} = :${column}`;
}
