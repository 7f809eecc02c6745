import type { HandlerHealth } from '../../words/admin-answers.ts';
import { causeOf } from '../../words/cause.ts';
import { statusCode } from '../stage.ts';
import { percentile } from './percentile.ts';
import type { Stored } from './rows.ts';

/** Executions of a handler that its health is judged by at most: those whose last attempt began last. */
export const judged = 400;
/** Of those whose turns came last, so many are looked at for the one that was called last: some were retried. */
export const lookedAt = 50;

/** What a handler's health is made of: rows with status, duration_ms, code, response, error and attempted_at (ms). */
export interface Symptoms {
  /** Those that were tried last, so many as are judged. */
  readonly tried: readonly Stored[];
  readonly failures: readonly Stored[];
  readonly successes: readonly Stored[];
  readonly parked: number;
  /** When the first that may is tried next (ms); null or absent: none waits. */
  readonly dueAt: unknown;
}

export function healthFrom({ tried, failures, successes, parked, dueAt }: Symptoms): HandlerHealth {
  const succeeded = tried.filter(({ status }) => status === statusCode.succeeded).length;
  const durations = tried.flatMap(({ duration_ms: ms }) => (typeof ms === 'number' ? [ms] : []));
  const lost = lastOf(failures);
  return {
    parked,
    successRate: tried.length === 0 ? null : succeeded / tried.length,
    p95Ms: percentile(durations, 0.95),
    lastError: lost ? causeOfRow(lost) : null,
    lastErrorAt: isoOf(lost?.['attempted_at']),
    lastSuccessAt: isoOf(lastOf(successes)?.['attempted_at']),
    nextAttemptAt: isoOf(dueAt),
  };
}

/** What was called last of these. */
function lastOf(rows: readonly Stored[]): Stored | undefined {
  return rows.reduce<Stored | undefined>(
    (latest, row) => (Number(row['attempted_at']) > Number(latest?.['attempted_at'] ?? 0) ? row : latest),
    undefined,
  );
}

function causeOfRow({ code, response, error }: Stored): string | null {
  return causeOf({ code: numberOf(code), response: textOf(response), error: textOf(error) });
}

function isoOf(at: unknown): string | null {
  return typeof at === 'number' ? new Date(at).toISOString() : null;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);
