import { z } from 'zod';
import { absentAsMissing } from '../../words/absent.ts';
import { numeric } from '../../words/bounds.ts';
import { InvalidInput } from '../../words/errors.ts';
import { parse } from '../../words/parse.ts';
import { type ExecutionFilter, executionFilterShape, inOrder } from './filter.ts';

/** Steps of `step` ms from `from`, the last one ending at `to` or after; ms since the epoch. */
export interface StatisticsRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
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

const mostSteps = 1500;
/** Steps that a range is divided into, unless it is said how long one is. */
const usualSteps = 60;

const { handler, eventType, from, to } = executionFilterShape;
const stepSchema = numeric(
  z
    .number({ error: 'must be a number of seconds' })
    .min(1, 'must be 1 second at least')
    .max(31_536_000, 'must be a year of seconds at most'),
);
const failuresQuerySchema = z.preprocess(
  absentAsMissing,
  z.strictObject({ from, to, step: stepSchema.optional(), handler, eventType }),
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
