import { z } from 'zod';
import { absentAsMissing } from '../words/absent.ts';
import type {
  EventDetails,
  ExecutionDetails,
  FailureGroups,
  HandlerHealth,
  Histogram,
  Page,
  StatisticsStep,
} from '../words/answers.ts';
import { integer, numeric } from '../words/bounds.ts';
import { codeCondition, codeConditionsOf } from '../words/code-condition.ts';
import { dateTimeSchema, instantOf } from '../words/date-time.ts';
import { InvalidInput } from '../words/errors.ts';
import { eventTypeSchema } from '../words/event.ts';
import {
  askedStatuses,
  type EmittableStatus,
  type EventRow,
  type ExecutionRow,
  eventStatuses,
  type ReplayableStatus,
} from '../words/execution.ts';
import { mostOfKind } from '../words/failure-kind.ts';
import { type HandlerSnapshot, nodeIdSchema } from '../words/handler.ts';
import { notEmpty, upTo } from '../words/lengths.ts';
import { parse } from '../words/parse.ts';
import { hasWords } from './search-words.ts';

/** In a query string a plus sign stands for a blank, and few remember to write `%2B`. */
const withPlus = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/(?<=[Tt ]\d\d:\d\d\S*) (?=\d\d(?::?\d\d)?$)/, '+') : value;

const instantSchema = z.preprocess(
  withPlus,
  z.union([dateTimeSchema.transform(instantOf), z.iso.date().transform((date) => Date.parse(date))], {
    error:
      'must be an ISO 8601 date and time with offset, such as "2026-01-31T12:00:00+00:00", or a date in UTC',
  }),
);

/** One status or several: a list, or the text of a query string with commas. */
const statusesSchema = <S extends string>(statuses: readonly S[]) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value),
    z
      .array(z.enum(statuses, { error: `must be one or several of ${statuses.join(', ')}` }), {
        error: `must be one or several of ${statuses.join(', ')}`,
      })
      .refine(notEmpty, 'must name one at least'),
  );

const objectIdSchema = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z
    .string({ error: 'must be one object id' })
    .refine(notEmpty, 'must not be empty: leave it out')
    .refine(upTo(256), 'must have 256 characters at most'),
);

/** One id or several: a list, or the text of a query string with commas. */
const idsSchema = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value),
  z
    .array(
      z
        .string({ error: 'must be ids' })
        .refine(notEmpty, 'must not be empty: leave it out')
        .refine(upTo(64), 'must have 64 characters at most'),
      { error: 'must be a list of ids' },
    )
    .refine(notEmpty, 'must name one at least')
    .refine(upTo(500), 'must name 500 at most'),
);

const codeProblem = 'must be one or several of: a code such as 500, a class such as 5xx, none';

/** A list, one code, or the text of a query string with commas. */
const codesSchema = z.preprocess(
  (value) => (typeof value === 'string' || typeof value === 'number' ? codeConditionsOf(`${value}`) : value),
  z
    .array(
      z
        .preprocess((one) => (typeof one === 'number' ? String(one) : one), z.string({ error: codeProblem }))
        .refine((text) => codeCondition(text) !== undefined, codeProblem),
      { error: codeProblem },
    )
    .refine(notEmpty, 'must name one at least')
    .refine(upTo(20), 'must name 20 at most'),
);

/** A year. */
const longest = 31_536_000_000;

const executionFilterShape = {
  /** Of executions; one that there is not is not found. */
  ids: idsSchema.optional(),
  eventType: eventTypeSchema.optional(),
  /** Node id of the handler. */
  handler: nodeIdSchema.optional(),
  status: statusesSchema(askedStatuses).optional(),
  objectId: objectIdSchema.optional(),
  eventId: z
    .string({ error: 'must be one event id' })
    .refine(notEmpty, 'must not be empty: leave it out')
    .refine(upTo(64), 'must have 64 characters at most')
    .optional(),
  /** All of its words; see words.ts. */
  text: z
    .string({ error: 'must be one text' })
    .refine(upTo(256), 'must have 256 characters at most')
    .refine(hasWords, 'holds no letter and no digit to look for')
    .optional(),
  /** Of the last attempt; see code-condition.ts. */
  code: codesSchema.optional(),
  /** Of the last attempt, in ms; both are inclusive. */
  minDurationMs: integer(0, longest).optional(),
  maxDurationMs: integer(0, longest).optional(),
  /** Of its failure, exactly; see failure-kind.ts. */
  kind: z
    .string({ error: 'must be one kind of failure' })
    .refine(notEmpty, 'must not be empty: leave it out')
    .refine(upTo(mostOfKind), `must have ${mostOfKind} characters at most`)
    .optional(),
  /** Ms since the epoch; inclusive. */
  from: instantSchema.optional(),
  /** Ms since the epoch; exclusive. */
  to: instantSchema.optional(),
};

const { ids, eventType, objectId, from, to } = executionFilterShape;
const eventFilterShape = {
  ids,
  status: statusesSchema(eventStatuses).optional(),
  eventType,
  objectId,
  from,
  to,
};

const pageShape = {
  limit: integer(1, 500).default(50),
  cursor: z
    .string({ error: 'must be one cursor' })
    .refine(upTo(64), 'is not a cursor of this list')
    .optional(),
};

interface Durations {
  readonly minDurationMs?: number | undefined;
  readonly maxDurationMs?: number | undefined;
}

/** Refuses a search that could find nothing. */
const inOrder = <S extends z.ZodType<Durations>>(schema: S) =>
  schema.refine(({ minDurationMs: least = 0, maxDurationMs: most = longest }) => least <= most, {
    path: ['minDurationMs'],
    error: 'must not be above maxDurationMs',
  });

// Strict: a condition that is misspelt, or empty by mistake, must not widen what is replayed or exported.
const executionFilterSchema = inOrder(z.strictObject(executionFilterShape));
const executionQuerySchema = z.preprocess(
  absentAsMissing,
  inOrder(z.strictObject({ ...executionFilterShape, ...pageShape })),
);
const eventFilterSchema = z.strictObject(eventFilterShape);
const eventQuerySchema = z.preprocess(absentAsMissing, z.strictObject({ ...eventFilterShape, ...pageShape }));
const stepSchema = numeric(
  z
    .number({ error: 'must be a number of seconds' })
    .min(1, 'must be 1 second at least')
    .max(31_536_000, 'must be a year of seconds at most'),
);
const failuresQuerySchema = z.preprocess(
  absentAsMissing,
  z.strictObject({ from, to, step: stepSchema.optional(), handler: executionFilterShape.handler, eventType }),
);
const histogramQuerySchema = z.preprocess(
  absentAsMissing,
  inOrder(z.strictObject({ ...executionFilterShape, step: stepSchema.optional() })),
);
const statisticsQuerySchema = z.preprocess(
  absentAsMissing,
  z.strictObject({
    from,
    to,
    step: stepSchema.default(60),
  }),
);

/** Which executions are meant: all conditions hold. Times are ms since the epoch. */
export type ExecutionFilter = z.infer<typeof executionFilterSchema>;
/** Which events are meant: all conditions hold; `from` and `to` are of their acceptance. */
export type EventFilter = z.infer<z.ZodObject<typeof eventFilterShape>>;

export interface PageRequest {
  /** 1 to 500. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface Counts {
  /** Accepted events whose chain has not started. */
  readonly waiting: number;
  /** Executions that are running now. */
  readonly running: number;
  /** Executions that are parked. */
  readonly parked: number;
  /** When the oldest of what waits was accepted, and when the turn of the oldest of what is parked came; ms. */
  readonly oldestWaitingAt: number | null;
  readonly oldestParkedAt: number | null;
  /** Executions that failed or were skipped, and that nothing has replaced. */
  readonly unresolved: number;
  /** The text index is being made anew: a search by text does not find everything yet. */
  readonly indexing: boolean;
}

/** Steps of `step` ms from `from`, the last one ending at `to` or after; ms since the epoch. */
export interface StatisticsRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** What waits is counted so far. */
export const mostCounted = 1000;

/** What is asked of what waits; times are ms since the epoch. */
export interface WaitsQuestion {
  /** Events accepted before it are counted; null: they are not. */
  readonly eventsBefore: number | null;
  /** Executions whose turn came before it are counted; null: they are not. */
  readonly executionsBefore: number | null;
  /** Executions of these handlers; none: of all. */
  readonly handlers: readonly string[];
}

/** How long things have waited; counts go as far as `mostCounted`, times are ms since the epoch. */
export interface Waits {
  /** Accepted events whose handlers are not called yet, by when they were accepted. */
  readonly events: { readonly oldest: number | null; readonly count: number };
  /** Parked executions, by when their turn came. */
  readonly executions: {
    readonly oldest: {
      readonly startedAt: number;
      readonly objectId: string;
      readonly eventType: string;
      readonly error: string | null;
      readonly handler: HandlerSnapshot;
    } | null;
    readonly count: number;
  };
}

/** An execution that has failed, when its last attempt ended. */
export interface Failure {
  readonly at: number;
  /** Id of the handler. */
  readonly handler: string;
  readonly eventType: string;
  readonly error: string | null;
}

/** Failures that began within steps of `step` ms. */
export interface FailuresRequest extends StatisticsRange {
  /** Node id. */
  readonly handler?: string | undefined;
  readonly eventType?: string | undefined;
}

/** Executions that match and began within steps of `step` ms. */
export interface HistogramRequest extends StatisticsRange {
  readonly filter: ExecutionFilter;
}

/** How much a filter would let run again. */
export interface ReplayCount {
  readonly matched: number;
  readonly byStatus: Readonly<Record<ReplayableStatus, number>>;
  /** Seq of the last event among them. */
  readonly until: number;
  /** Seq of the last execution that was looked at, 0: there is none. What comes after it was not asked about. */
  readonly upTo: number;
}

/** How much waits of what a filter means, up to an execution; seq, 0: there is none. */
export interface ParkedCount {
  readonly matched: number;
  readonly upTo: number;
}

export interface ReplayBatchRequest {
  /** Of the bulk replay. */
  readonly id: number;
  readonly filter: ExecutionFilter;
  /** Events after this one, up to that one; seqs. */
  readonly after: number;
  readonly until: number;
  /** Executions up to this one; seq, null: all. */
  readonly upTo: number | null;
  /** Ids of the handlers that belong to chains. */
  readonly callable: readonly string[];
  /** Events at most. */
  readonly limit: number;
}

/** The next part of what is gone through, in the order of the events. */
export interface Batch<Chosen> {
  readonly chosen: readonly Chosen[];
  /** The last event that was looked at, and how many were. */
  readonly cursor: number;
  readonly looked: number;
  /** Nothing comes after them. */
  readonly ends: boolean;
}

export interface EmittableCount {
  readonly matched: number;
  readonly byStatus: Readonly<Record<EmittableStatus, number>>;
  /** Those that no event node can emit. */
  readonly leftOut: number;
  /** As in `ReplayCount`, both of events. */
  readonly until: number;
  readonly upTo: number;
}

export interface EmittableBatchRequest {
  readonly id: number;
  readonly filter: EventFilter;
  readonly after: number;
  readonly until: number;
  readonly limit: number;
}

/** Which events a handler may have missed: taken from a moment on, before another; ms since the epoch. */
export interface MissedFilter {
  /** Node id. */
  readonly handler: string;
  readonly from: number;
  readonly to?: number | undefined;
}

export interface MissedRequest {
  readonly filter: MissedFilter;
  /** Event types that the handler listens to, as patterns. */
  readonly patterns: readonly string[];
  /** Events after this one, up to that one; seqs, null: to the last there is. */
  readonly after: number;
  readonly until: number | null;
  /** Events at most. */
  readonly limit: number;
  /** Their envelopes are wanted. */
  readonly payloads: boolean;
}

export interface MissedEvent {
  readonly seq: number;
  /** '' where it was not asked for. */
  readonly payload: string;
}

export interface MissedBatch extends Batch<MissedEvent> {
  /** Events that are looked at in all, and the last of them; seq. */
  readonly of: number;
  readonly until: number;
  /** Those that a failed handler of theirs lets nobody after it be called for. */
  readonly stopped: number;
  /** What was settled before that (ms since the epoch) has been pruned; null: nothing of what is asked for. */
  readonly prunedBefore: number | null;
}

/** What is done with many: executions run again, events are emitted again, or delivered to a handler that missed them. */
export type BulkKind = 'executions' | 'events' | 'delivery';

/** Something that is done with all that matched a filter, as people see it; times are ISO 8601 in UTC. */
export interface ReplayRow {
  readonly id: number;
  readonly kind: BulkKind;
  readonly filter: ExecutionFilter | EventFilter | MissedFilter;
  readonly status: 'running' | 'done' | 'cancelled';
  /** What matched when it was asked for; of a delivery, the events that it looks at. */
  readonly matched: number;
  /** Events that it has looked at. */
  readonly looked: number;
  /** Executions, or events, that it has let go. */
  readonly replayed: number;
  /** So many of them a second; 0: no bound. */
  readonly ratePerSecond: number;
  readonly by: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/**
 * What happened, for people: reads the journal and never changes it. An execution shows from its turn on.
 * A search by text finds words and prefixes in the request's data, the response and the error of executions whose
 * event's first pass is over, at most 2 s late.
 * @throws InvalidInput for a cursor of no list; Unavailable when the journal can't be read
 */
export interface ExecutionLog {
  executions(filter: ExecutionFilter, page: PageRequest): Promise<Page<ExecutionRow>>;
  /** @throws NotFound */
  execution(id: string): Promise<ExecutionDetails>;
  events(filter: EventFilter, page: PageRequest): Promise<Page<EventRow>>;
  /** @throws NotFound */
  event(id: string): Promise<EventDetails>;
  counts(): Promise<Counts>;
  statistics(range: StatisticsRange): Promise<readonly StatisticsStep[]>;
  /** How many executions match, by when they began; in bounded time, so that the oldest may not be counted. */
  histogram(request: HistogramRequest): Promise<Histogram>;
  /** Of these handlers (node ids), from executions that started at `since` (ms since the epoch) or later. */
  health(handlers: readonly string[], since: number): Promise<Readonly<Record<string, HandlerHealth>>>;
  /** How long things have waited; by index, however much there is. */
  waits(question: WaitsQuestion): Promise<Waits>;
  /** Executions whose turn came at `since` (ms since the epoch) or later and that have failed, the newest first. */
  failures(since: number, limit: number): Promise<readonly Failure[]>;
  /** What fails most, and why, of executions that began in this range. */
  failureGroups(request: FailuresRequest): Promise<FailureGroups>;
  /**
   * What would run again, of handlers (node ids) that belong to chains; exact, as of now.
   * @param upTo the last execution that is meant (seq); default: the last there is
   */
  replayCount(filter: ExecutionFilter, callable: readonly string[], upTo?: number): Promise<ReplayCount>;
  /**
   * What is parked and matches, whatever status the filter asks for.
   * @param upTo as above
   */
  parkedCount(filter: ExecutionFilter, upTo?: number): Promise<ParkedCount>;
  /** The next events of a bulk replay, of each the executions that can run again; seqs. */
  replayBatch(request: ReplayBatchRequest): Promise<Batch<readonly number[]>>;
  /**
   * What would be emitted again; exact, as of now.
   * @param emitters as in `Replay`
   * @param upTo the last event that is meant (seq); default: the last there is
   */
  emittableCount(
    filter: EventFilter,
    emitters: readonly string[] | null,
    upTo?: number,
  ): Promise<EmittableCount>;
  /** The next of them; seqs. */
  emittableBatch(request: EmittableBatchRequest): Promise<Batch<number>>;
  /** The next events that a handler has missed: the first pass of each is over, and it has no execution of them. */
  missed(request: MissedRequest): Promise<MissedBatch>;
  /** The newest 100 of what was done with many, newest first. */
  replays(): Promise<readonly ReplayRow[]>;
}

/** @throws InvalidInput naming the condition */
export function parseExecutionFilter(value: unknown): ExecutionFilter {
  return parse('filter', executionFilterSchema, value);
}

/** Parses the query string of the executions' list. @throws InvalidInput naming the parameter */
export function parseExecutionQuery(query: unknown): { filter: ExecutionFilter; page: PageRequest } {
  const { limit, cursor, ...filter } = parse('query', executionQuerySchema, query);
  return { filter, page: { limit, cursor } };
}

/** @throws InvalidInput naming the condition */
export function parseEventFilter(value: unknown): EventFilter {
  return parse('filter', eventFilterSchema, value);
}

/** Parses the query string of the events' list. @throws InvalidInput naming the parameter */
export function parseEventQuery(query: unknown): { filter: EventFilter; page: PageRequest } {
  const { limit, cursor, ...filter } = parse('query', eventQuerySchema, query);
  return { filter, page: { limit, cursor } };
}

const mostSteps = 1500;

/**
 * Parses `from`, `to` and `step` (seconds) of a query string: the last 60 steps of a minute unless it says
 * otherwise.
 * @throws InvalidInput naming the parameter
 */
export function parseStatisticsQuery(query: unknown, now: number): StatisticsRange {
  const asked = parse('query', statisticsQuerySchema, query);
  const to = asked.to ?? now;
  return rangeOf(asked.from ?? to - 60 * Math.round(asked.step * 1000), to, asked.step);
}

/** @param seconds of a step @throws InvalidInput naming the parameter */
function rangeOf(from: number, to: number, seconds: number): StatisticsRange {
  const step = Math.round(seconds * 1000);
  const refuse = (field: string, message: string) => new InvalidInput('query', [{ field, message }]);
  if (from >= to) throw refuse('from', 'must be before "to"');
  if ((to - from) / step > mostSteps) throw refuse('step', `must be so long that ${mostSteps} steps suffice`);
  return { from, to, step };
}

/** Steps that a range is divided into, unless it is said how long one is. */
const usualSteps = 60;

/**
 * Parses `from`, `to`, `step` (seconds), `handler` and `eventType` of a query string: the last hour in 60 steps, unless
 * it says otherwise.
 * @throws InvalidInput naming the parameter
 */
export function parseFailuresQuery(query: unknown, now: number): FailuresRequest {
  const { handler, eventType, ...asked } = parse('query', failuresQuerySchema, query);
  return { ...dividedRange(asked, now), handler, eventType };
}

/**
 * Parses `step` (seconds) and the conditions of the executions' list: the last hour in 60 steps, unless it says
 * otherwise.
 * @throws InvalidInput naming the parameter
 */
export function parseHistogramQuery(query: unknown, now: number): HistogramRequest {
  const { step, ...filter } = parse('query', histogramQuerySchema, query);
  const range = dividedRange({ ...filter, step }, now);
  return { ...range, filter: { ...filter, from: range.from, to: range.to } };
}

interface AskedRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Seconds. */
  readonly step?: number | undefined;
}

function dividedRange(asked: AskedRange, now: number): StatisticsRange {
  const to = asked.to ?? now;
  const from = asked.from ?? to - 3_600_000;
  return rangeOf(from, to, asked.step ?? Math.max(1, Math.ceil((to - from) / usualSteps / 1000)));
}

/** All executions that match, newest first, a page at a time, so that no long read holds the journal. */
export function everyPage(
  log: Pick<ExecutionLog, 'executions'>,
  filter: ExecutionFilter,
  limit = 500,
): AsyncGenerator<readonly ExecutionRow[], void> {
  return pagesOf((page) => log.executions(filter, page), limit);
}

/** The same of events. */
export function everyPageOfEvents(
  log: Pick<ExecutionLog, 'events'>,
  filter: EventFilter,
): AsyncGenerator<readonly EventRow[], void> {
  return pagesOf((page) => log.events(filter, page), 500);
}

async function* pagesOf<Row>(
  read: (page: PageRequest) => Promise<Page<Row>>,
  limit: number,
): AsyncGenerator<readonly Row[], void> {
  let cursor: string | null = null;
  do {
    const page: Page<Row> = await read({ limit, ...(cursor !== null && { cursor }) });
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
