import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import type { IdempotencyKey } from '../engine/store/journal/accept.ts';
import type { Catalogue } from '../engine/words/catalogue.ts';
import { InvalidInput } from '../engine/words/errors.ts';
import { type Envelope, parseEnvelope, resemblesEnvelope } from '../engine/words/event.ts';
import { isJsonText, jsonTextRemedy } from '../engine/words/json-problem.ts';

/** Where a message's event comes from, as an event node's dialog has it. */
export interface EventSource {
  /** Empty: taken from `msg.eventType`. */
  readonly eventType?: string;
  readonly objectId?: string;
  readonly objectIdType?: string;
  readonly data?: string;
  readonly dataType?: string;
  /** Empty: each message is an event of its own. */
  readonly key?: string;
  readonly keyType?: string;
}

/**
 * Makes an envelope of a message: one that is there passes as it is, else it is put together from the
 * type, object id and data that the node names.
 * @throws InvalidInput naming the field
 */
export async function envelopeOf(
  RED: NodeAPI,
  node: Node,
  source: EventSource,
  msg: NodeMessageInFlow,
): Promise<Envelope> {
  if (resemblesEnvelope(msg.payload)) return parseEnvelope(msg.payload);
  const {
    eventType,
    objectId = 'objectId',
    objectIdType = 'msg',
    data = 'payload',
    dataType = 'msg',
  } = source;
  const field = fieldsOf(RED, node, msg);
  const told = await field('data', data, dataType);
  // Of an event that nobody has parsed, nothing else can be missed.
  if (isJsonText(told)) throw new InvalidInput('envelope', [{ field: 'data', message: jsonTextRemedy }]);
  return parseEnvelope({
    event: {
      dt: dtNow(),
      events_id: eventType || (msg as { eventType?: unknown }).eventType,
      object_id: await field('objectId', objectId, objectIdType),
    },
    data: told,
  });
}

/**
 * By what an event is known as one that has come before, in the last 24 h, to the same node: other messages of the same
 * key, whatever else they hold, are that event. Undefined where the node or the message names none.
 * @throws InvalidInput naming the field
 */
export async function keyOf(
  RED: NodeAPI,
  node: Node,
  { key = '', keyType = 'msg' }: EventSource,
  msg: NodeMessageInFlow,
): Promise<IdempotencyKey | undefined> {
  if (key === '') return undefined;
  const value = await fieldsOf(RED, node, msg)('key', key, keyType);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value))) {
    const message = RED._('provisioning-event.error.key');
    throw new InvalidInput(RED._('provisioning-event.error.node'), [{ field: 'key', message }]);
  }
  const digest = createHash('sha256').update(String(value)).digest('hex');
  return { key: `${node.id} ${digest}`, hash: '' };
}

/** What evaluates a field of the node's dialog. */
function fieldsOf(RED: NodeAPI, node: Node, msg: NodeMessageInFlow) {
  const evaluate = promisify<string, string, Node, NodeMessageInFlow, unknown>(RED.util.evaluateNodeProperty);
  return (name: string, value: string, type: string): Promise<unknown> =>
    evaluate(value, type, node, msg).catch((error) => {
      const reason = String(error?.message ?? error);
      throw new InvalidInput(RED._('provisioning-event.error.node'), [
        { field: name, message: RED._('provisioning-event.error.notEvaluated', { type, value, reason }) },
      ]);
    });
}

/** An envelope of this type to try things with: the catalogue's sample, as of now. @throws InvalidInput */
export function sampleOf(catalogue: Catalogue, eventType: string): Envelope {
  const { event, data = {} } = catalogue.find(eventType)?.sample ?? {};
  return parseEnvelope({ event: { object_id: 1, ...event, events_id: eventType, dt: dtNow() }, data });
}

function dtNow(): string {
  return new Date().toISOString().replace('Z', '+00:00');
}
