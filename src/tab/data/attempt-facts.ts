import type { ExecutionDetails } from '../../engine/words/admin-answers.ts';
import type { AttemptRow } from '../../engine/words/execution.ts';

/** An attempt, and the execution that it is one of. */
export interface Tried {
  readonly details: ExecutionDetails;
  readonly attempt: AttemptRow;
}

/** What can be told of an attempt as text, in the order in which one looks at it. */
export const toldTexts = [
  'error',
  'response',
  'target',
  'sentHeaders',
  'sentBody',
  'receivedHeaders',
] as const;
export type ToldText = (typeof toldTexts)[number];

/** They are others in each attempt, and say so by their names. */
const ofAttemptAlone = new Set(['provisioning-attempt', 'webhook-timestamp']);

/** null: there was none; undefined: nobody knows. */
export function toldOf({ details, attempt }: Tried): Readonly<Record<ToldText, string | null | undefined>> {
  const isHttp = details.handler.type === 'http';
  const isKnown = !isHttp || Object.keys(attempt.requestHeaders).length > 0;
  return {
    error: attempt.error,
    response: attempt.response,
    target: attempt.target ?? undefined,
    sentHeaders: isKnown ? linesOf(attempt.requestHeaders, ofAttemptAlone) : undefined,
    sentBody: isKnown ? (attempt.sentBody ?? details.request) || null : undefined,
    receivedHeaders: linesOf(attempt.responseHeaders),
  };
}

function linesOf(
  headers: Readonly<Record<string, string>>,
  without: ReadonlySet<string> = new Set(),
): string | null {
  const lines = Object.entries(headers)
    .filter(([name]) => !without.has(name))
    .map(([name, value]) => `${name}: ${value}`);
  return lines.sort().join('\n') || null;
}
