import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { InvalidInput, TooLarge } from '../../engine/errors.ts';
import { HttpProblem } from './problem.ts';

/** Bytes of a body, and ms that it may take to come. */
const maxBytes = 1024 * 1024;
const maxTime = 30_000;
/** Levels of objects and arrays: what lies deeper can be parsed, but not be copied or written again. */
const maxDepth = 100;

/**
 * Reads a request's whole body, exactly as it was sent.
 * @throws TooLarge beyond 1 MiB; HttpProblem 415 unless it says it is plain JSON in UTF-8, 408 when it takes too long
 */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  checkType(req);
  if (Number(req.headers['content-length']) > maxBytes) throw tooLarge();
  if (req.readableEnded) throw new Error('the body of a request was read by something in front of Node-RED');
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > maxBytes) reject(tooLarge());
    else chunks.push(chunk);
  };
  const late = setTimeout(
    () =>
      reject(
        new HttpProblem(408, 'timeout', `the body did not come within ${maxTime / 1000} s`, {
          connection: 'close',
        }),
      ),
    maxTime,
  );
  const onEnd = () => resolve(Buffer.concat(chunks));
  const onClose = () => reject(new HttpProblem(400, 'aborted', 'the sender went away'));
  req.on('data', onData).once('end', onEnd).once('error', onClose).once('close', onClose);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    req.off('data', onData);
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
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`the body is not valid JSON: ${(error as Error).message}`);
  }
  if (isDeeperThan(maxDepth, value)) throw refuse(`the body is nested more than ${maxDepth} levels deep`);
  return value;
}

function checkType({ headers }: IncomingMessage): void {
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new HttpProblem(415, 'unsupported_media_type', 'send the body uncompressed', {
      'accept-encoding': 'identity',
    });
  }
  if (!isJson(headers['content-type'] ?? '')) {
    throw new HttpProblem(
      415,
      'unsupported_media_type',
      'the content-type must be application/json, in UTF-8',
    );
  }
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

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

function tooLarge(): TooLarge {
  return new TooLarge('the body is larger than 1 MiB: send fewer events at a time');
}
