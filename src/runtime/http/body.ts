import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { InvalidInput, TooLarge } from '../../engine/words/errors.ts';
import type { BytesInFlight } from './bytes-in-flight.ts';
import { HttpProblem } from './problem.ts';

/** Bytes of a body, and ms that it may take to come. */
const maxBytes = 1024 * 1024;
const maxTime = 30_000;

/**
 * Reads a request's whole body, exactly as it was sent, and has something done with it. What its head says is looked
 * at first; its bytes count as being in flight until the work is done.
 * @throws TooLarge beyond 1 MiB; Unavailable when too many bytes are in flight; HttpProblem 415 unless it says it is
 * plain JSON in UTF-8, 408 when it takes too long, 400 when the sender goes away
 */
export async function withBody<T>(
  req: IncomingMessage,
  inFlight: BytesInFlight,
  work: (bytes: Buffer) => Promise<T>,
): Promise<T> {
  requireJson(req);
  const { 'content-length': length } = req.headers;
  if (Number(length) > maxBytes) throw tooLarge();
  if (req.readableEnded) throw new Error('the body of a request was read by something in front of Node-RED');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const body = inFlight.body(Number(length ?? maxBytes), reject);
  const onData = (piece: Buffer): void => {
    if (body.size + piece.length > maxBytes) reject(tooLarge());
    else body.add(piece);
  };
  const onEnd = () => resolve();
  const onGone = () => reject(new HttpProblem(400, 'aborted', 'the sender went away'));
  const late = setTimeout(() => reject(tooLate()), maxTime);
  req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  const leave = () => {
    clearTimeout(late);
    req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
  };
  try {
    await promise.finally(leave);
    return await work(body.whole());
  } finally {
    body.end();
  }
}

/** Whether a request has no body, by what its headers say. */
export function isEmpty({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/**
 * Parses the bytes of a JSON text.
 * @param what the thing in the user's words, as `parse` takes it
 * @throws InvalidInput
 */
export function parseJson(what: string, bytes: Uint8Array): unknown {
  const refuse = (message: string) => new InvalidInput(what, [{ field: '', message }]);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('the body is not valid UTF-8');
  }
  if (text.trim() === '') throw refuse('the body is empty: JSON is needed');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(`the body is not valid JSON: ${(error as Error).message}`);
  }
}

/** @throws HttpProblem 415 unless a request's head says that what it brings is plain JSON in UTF-8 */
export function requireJson({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const refuse = (message: string, more = {}) =>
    new HttpProblem(415, 'unsupported_media_type', message, more);
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    throw refuse('send the body uncompressed', { 'accept-encoding': 'identity' });
  if (!isJson(headers['content-type'] ?? ''))
    throw refuse('the content-type must be application/json, in UTF-8');
}

function isJson(contentType: string): boolean {
  try {
    const { type, subtype, params } = new MIMEType(contentType);
    const charset = params.get('charset')?.toLowerCase() ?? 'utf-8';
    return (
      type === 'application' && (subtype === 'json' || subtype.endsWith('+json')) && /^utf-?8$/.test(charset)
    );
  } catch {
    return false;
  }
}

function tooLate(): HttpProblem {
  return new HttpProblem(408, 'timeout', `the body did not come within ${maxTime / 1000} s`, {
    connection: 'close',
  });
}

function tooLarge(): TooLarge {
  return new TooLarge('the body is larger than 1 MiB: send fewer events at a time');
}
