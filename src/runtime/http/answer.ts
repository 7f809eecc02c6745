import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidInput, ProvisioningError, Unavailable } from '../../engine/words/errors.ts';
import { HttpProblem } from './problem.ts';

/** Ms that a sender has to notice that its body is not wanted, before the connection is cut. */
const leaveTime = 5000;

/** Answers with JSON. What the sender still sends is read and dropped, so that it gets to see the answer. */
export function answer(
  res: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent || res.destroyed) return;
  const body = Buffer.from(JSON.stringify(value));
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...headers,
  });
  res.end(body);
  drop(res.req);
}

const statuses: Readonly<Record<string, number>> = {
  invalid: 400,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unavailable: 503,
};

/** What HTTP calls an error; 500 for what is wrong with us. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  return (error instanceof ProvisioningError && statuses[error.code]) || 500;
}

/** What an error is called, for programs; `internal` for what is wrong with us. */
export function codeOf(error: unknown): string {
  return error instanceof HttpProblem || error instanceof ProvisioningError ? error.code : 'internal';
}

/** A thousand wrong events would make a longer answer than the request. */
const shownIssues = 20;
const shownCharacters = 2000;

/**
 * Answers with what is wrong.
 * @param log is told of what is wrong with us rather than with the request, which the answer keeps to itself
 */
export function answerError(res: ServerResponse, error: unknown, log: (message: string) => void): void {
  if (error instanceof HttpProblem) {
    const { status, code, message, headers } = error;
    return answer(res, status, { error: { code, message } }, headers);
  }
  const status = statusOf(error);
  if (!(error instanceof ProvisioningError) || status === 500) {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const message = 'something went wrong here: see the log of Node-RED';
    return answer(res, 500, { error: { code: 'internal', message } });
  }
  const headers = error instanceof Unavailable ? { 'retry-after': String(error.retryAfterSeconds) } : {};
  const issues = error instanceof InvalidInput ? error.issues.slice(0, shownIssues) : undefined;
  const message = error.message.slice(0, shownCharacters);
  answer(res, status, { error: { code: error.code, message, issues } }, headers);
}

function drop(req: IncomingMessage): void {
  if (req.readableEnded || req.destroyed) return;
  const late = setTimeout(() => req.destroy(), leaveTime).unref();
  req.once('end', () => clearTimeout(late));
  req.once('close', () => clearTimeout(late));
  req.resume();
}
