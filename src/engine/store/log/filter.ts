import { z } from 'zod';
import { absentAsMissing } from '../../words/absent.ts';
import { integer } from '../../words/bounds.ts';
import { codeCondition, codeConditionsOf } from '../../words/code-condition.ts';
import { dateTimeSchema, instantOf } from '../../words/date-time.ts';
import { eventTypeSchema } from '../../words/event.ts';
import { askedStatuses, eventStatuses } from '../../words/execution.ts';
import { mostOfKind } from '../../words/failure-kind.ts';
import { nodeIdSchema } from '../../words/handler.ts';
import { notEmpty, upTo } from '../../words/lengths.ts';
import { parse } from '../../words/parse.ts';
import { hasWords } from '../search-words.ts';

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

/** The conditions of executions, each by its name in a query string. */
export const executionFilterShape = {
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
  /** All of its words; see search-words.ts. */
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
export const inOrder = <S extends z.ZodType<Durations>>(schema: S) =>
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
