import type { ExecutionDetails } from '../../engine/words/admin-answers.ts';
import type { SentRequest } from '../../engine/words/curl.ts';
import type { AttemptRow } from '../../engine/words/execution.ts';

/** Bytes of a body that the log keeps; a character that would be cut in two is left out. */
const keptBytes = 64 * 1024;
const longestCharacter = 4;

/** What an attempt sent by HTTP; undefined where it sent nothing, or the log does not know what and to whom. */
export function sentRequestOf(
  { request, handler }: ExecutionDetails,
  { target, requestHeaders, sentBody }: AttemptRow,
): SentRequest | undefined {
  if (handler.type !== 'http' || target === null || Object.keys(requestHeaders).length === 0)
    return undefined;
  return { target, headers: requestHeaders, body: sentBody ?? request };
}

/** Whether a kept text is so long that more of it may have been sent or received than the log has. */
export function mayBeCut(kept: string | null): boolean {
  return kept !== null && new Blob([kept]).size > keptBytes - longestCharacter;
}
