import { codeConditionsOf, meetsCode } from '../../engine/words/code-condition.ts';
import { unresolved } from '../../engine/words/execution.ts';
import type { LogSummary } from './shapes.ts';

type Filter<Field extends string> = Readonly<Record<Field, string>>;

export const everyEvent = { eventType: '', status: '', objectId: '', from: '', to: '' };
export const everyExecution = {
  ...everyEvent,
  handler: '',
  eventId: '',
  text: '',
  code: '',
  minDurationMs: '',
  maxDurationMs: '',
  kind: '',
};
export const everyHandler = { eventType: '', type: '', status: '', text: '' };

/** What is searched for; an empty field asks for nothing. `from` and `to` are local, as a date field gives them. */
export type EventFilter = Filter<keyof typeof everyEvent>;
export type LogFilter = Filter<keyof typeof everyExecution>;
export type HandlerFilter = Filter<keyof typeof everyHandler>;

/** Asks for what failed and is not set right, and for what did and waits for a retry among all that is parked. */
export const failedOrWaiting = `${unresolved},parked`;

/** Whether it begins later than it ends, so that nothing can be found. */
export function isReversed(filter: object): boolean {
  const { from = '', to = '' } = filter as { readonly from?: string; readonly to?: string };
  const [begin, end] = [utc(from), utc(to)];
  return begin !== '' && end !== '' && begin > end;
}

/** The query of the admin API: only what is asked for, times in UTC. */
export function queryOf(filter: Partial<LogFilter>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter)
      .map(
        ([field, value]) => [field, field === 'from' || field === 'to' ? utc(value) : value.trim()] as const,
      )
      .filter(([, value]) => value !== ''),
  );
}

/**
 * Whether a row that the live feed tells of belongs to a search.
 * Undefined where only the API can say: of words in what the feed does not carry, of kinds of failures, as it carries
 * the beginning of an error only, and of what was skipped, whether that was on purpose.
 */
export function matches(filter: LogFilter, row: LogSummary): boolean | undefined {
  const { eventType, handler, status, objectId, eventId } = filter;
  const startedAt = row.startedAt ?? '';
  const ofStatus = hasStatus(status, row);
  const ofKind = hasKind(filter.kind, row);
  const fits =
    isAsked(eventType, row.eventType) &&
    isAsked(handler, row.handler.id) &&
    ofStatus !== false &&
    ofKind !== false &&
    isAsked(objectId, row.objectId) &&
    isAsked(eventId, row.eventId) &&
    (filter.code.trim() === '' || meetsCode(codeConditionsOf(filter.code), row.code)) &&
    isLong(row.durationMs, filter) &&
    (filter.from === '' || startedAt >= utc(filter.from)) &&
    (filter.to === '' || startedAt < utc(filter.to));
  return fits && (filter.text.trim() !== '' || ofStatus === undefined || ofKind === undefined)
    ? undefined
    : fits;
}

/** Whether a row is among those of a status, or of several. */
function hasStatus(asked: string, { status, replayedAs }: LogSummary): boolean | undefined {
  const any = asked.split(',');
  if (asked === '' || any.includes(status)) return true;
  if (!any.includes(unresolved) || replayedAs) return false;
  return status === 'skipped' ? undefined : status === 'failed';
}

/** Only what failed, or waits after a failed attempt, is of a kind. */
function hasKind(asked: string, { status }: LogSummary): boolean | undefined {
  if (asked.trim() === '') return true;
  return status === 'failed' || status === 'parked' ? undefined : false;
}

function isLong(ms: number | null, { minDurationMs: least, maxDurationMs: most }: LogFilter): boolean {
  if (least.trim() === '' && most.trim() === '') return true;
  return ms !== null && ms >= Number(least) && (most.trim() === '' || ms <= Number(most));
}

const isAsked = (asked: string, value: string): boolean => asked.trim() === '' || asked.trim() === value;

function utc(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}

/**
 * The value of a date field for a moment, in the reader's zone; in the hour that a clock goes through twice, the
 * second time with its offset, which the field does not show. @param at ms since 1970
 */
export function localTime(at: number): string {
  const ahead = -new Date(at).getTimezoneOffset();
  const local = new Date(at + ahead * 60_000).toISOString().slice(0, 19);
  if (new Date(local).getTime() === Math.floor(at / 1000) * 1000) return local;
  const offset = new Date(Math.abs(ahead) * 60_000).toISOString().slice(11, 16);
  return `${local}${ahead < 0 ? '-' : '+'}${offset}`;
}
