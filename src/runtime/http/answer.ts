import type { IncomingMessage, ServerResponse } from 'node:http';
import { defect, problemOf } from './problem.ts';

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

/**
 * Answers with what is wrong.
 * @param log is told of defects, which the answer keeps to itself
 */
export function answerError(res: ServerResponse, error: unknown, log: (message: string) => void): void {
  const problem = problemOf(error);
  if (!problem) log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const { status, body, headers } = problem ?? defect;
  answer(res, status, body, headers);
}

function drop(req: IncomingMessage): void {
  if (req.readableEnded || req.destroyed) return;
  const late = setTimeout(() => req.destroy(), leaveTime).unref();
  req.once('end', () => clearTimeout(late));
  req.once('close', () => clearTimeout(late));
  req.resume();
}
