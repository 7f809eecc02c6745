import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Engine } from '../../engine/engine.ts';
import type { IdempotencyKey } from '../../engine/store/journal/accept.ts';
import { InvalidInput } from '../../engine/words/errors.ts';
import { type Envelope, parseEnvelope, parseEnvelopes } from '../../engine/words/event.ts';
import { hopsHeader, parseHops } from '../../engine/words/hops.ts';
import { parseJson, withBody } from '../http/body.ts';
import type { BytesInFlight } from '../http/bytes-in-flight.ts';
import { HttpProblem } from '../http/problem.ts';
import { keyRemedy, keyShape } from './guard.ts';
import type { Receiver } from './intake-paths.ts';

export interface Receipt {
  readonly status: 200 | 202;
  readonly body: object;
}

const maxEvents = 1000;

/**
 * Receives a request's events and has them accepted: once this resolves, they are on disk.
 * @param engineOf of the receiver's registry; asked when the request has been found good
 * @throws HttpProblem, or the engine's errors
 */
export async function receive(
  req: IncomingMessage,
  path: string,
  { node, guard }: Receiver,
  inFlight: BytesInFlight,
  engineOf: () => Engine,
): Promise<Receipt> {
  const { method, headers } = req;
  if (method !== 'POST') {
    throw new HttpProblem(405, 'method_not_allowed', 'events are sent by POST', { allow: 'POST' });
  }
  guard.admit(headers);
  const hops = parseHops(hopsHeader, headers[hopsHeader]);
  return withBody(req, inFlight, async (bytes) => {
    guard.verify(headers, bytes);
    const key = keyOf(guard.keyHeaders, headers, path, bytes);
    const value = parseJson('events', bytes);
    const many = Array.isArray(value);
    const envelopes = many ? envelopesOf(value) : [parseEnvelope(value)];
    const { ids, duplicate } = await engineOf().accept(envelopes, node, key, undefined, hops);
    const answer = many ? { ids } : { id: ids[0] };
    return duplicate ? { status: 200, body: { ...answer, duplicate } } : { status: 202, body: answer };
  });
}

function envelopesOf(value: readonly unknown[]): readonly Envelope[] {
  if (value.length < 1 || value.length > maxEvents) {
    const message = `must be 1 to ${maxEvents} events, and are ${value.length}`;
    throw new InvalidInput('events', [{ field: '', message }]);
  }
  return parseEnvelopes('events', value);
}

/** Two senders at two paths may use the same key for different things. */
function keyOf(
  names: readonly string[],
  headers: IncomingHttpHeaders,
  path: string,
  bytes: Uint8Array,
): IdempotencyKey | undefined {
  const name = names.find((one) => headers[one] !== undefined);
  if (name === undefined) return undefined;
  const key = headers[name];
  if (typeof key !== 'string' || !keyShape.test(key)) {
    throw new InvalidInput('request', [{ field: name, message: keyRemedy }]);
  }
  return { key: `${path} ${key}`, hash: createHash('sha256').update(bytes).digest('hex') };
}
