import { z } from 'zod';
import { asData, isRecord } from './absent.ts';
import { isCertainJson, shows } from './certain-json.ts';
import { dateTimeSchema, isDateTime } from './date-time.ts';
import { eventTypeLength, eventTypeShape, isEventType } from './event-type.ts';
import { frameProblem, isJsonText, isObject, jsonProblem, jsonTextRemedy } from './json-problem.ts';
import { upTo } from './lengths.ts';
import { isObjectId, objectIdProblem } from './object-id.ts';
import { parse } from './parse.ts';

/** `clients.create`: segments of letters, digits and underscores, joined by dots; 256 characters at most. */
export const eventTypeSchema = z
  .string({ error: 'must be a string such as "clients.create"' })
  .refine(upTo(eventTypeLength), `must have ${eventTypeLength} characters at most`)
  .regex(eventTypeShape, 'must be segments of A-Z a-z 0-9 _ joined by dots, such as "clients.create"');

/** A number or a string. */
export const objectIdSchema = z.custom<number | string>(isObjectId, {
  error: ({ input }) => objectIdProblem(input),
});

export const dataSchema = z.preprocess(
  asData,
  z.record(z.string(), z.unknown(), {
    error: ({ input }) =>
      input === undefined
        ? 'is missing: an object is needed ({} when there is nothing to say)'
        : orText(input, 'must be an object ({} when there is nothing to say)'),
  }),
);

function orText(input: unknown, otherwise: string): string {
  return isJsonText(input) ? jsonTextRemedy : otherwise;
}

const shape = z
  .looseObject(
    {
      event: z.looseObject(
        { dt: dateTimeSchema, events_id: eventTypeSchema, object_id: objectIdSchema },
        { error: ({ input }) => orText(input, 'must be an object with dt, events_id and object_id') },
      ),
      data: dataSchema,
    },
    { error: 'must be an object {"event":{"dt","events_id","object_id"},"data":{}}' },
  )
  .superRefine((envelope, context) => {
    const problem = jsonProblem(envelope);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });

/**
 * The JSON that JeraSoft VCS sends to a handler, and that our handlers receive.
 * What else stands in it is kept: a billing system may add fields.
 */
export const envelopeSchema = z.preprocess((value, context) => {
  const problem = isJsonText(value) ? { message: jsonTextRemedy } : frameProblem(value);
  if (problem) context.addIssue({ code: 'custom', ...problem });
  return value;
}, shape);

const envelopesSchema = z.array(envelopeSchema);

export type Envelope = z.infer<typeof envelopeSchema>;

/** @throws InvalidInput naming the field that is wrong */
export function parseEnvelope(value: unknown): Envelope {
  return isCertainEnvelope(value) ? value : parse('envelope', envelopeSchema, value);
}

/** @throws InvalidInput naming the field that is wrong, such as `[3].event.dt`. @param what the list in the user's words */
export function parseEnvelopes(what: string, values: readonly unknown[]): readonly Envelope[] {
  return values.every(isCertainEnvelope) ? values : parse(what, envelopesSchema, values);
}

/**
 * Whether the schema would take an envelope as it is, beyond doubt, as it does nearly all of them: a tenth of its cost,
 * where each event comes in and again where it is taken.
 */
function isCertainEnvelope(value: unknown): value is Envelope {
  if (!isRecord(value) || !shows(value, 'event', 'data')) return false;
  const { event, data } = value;
  if (!isRecord(data) || !isRecord(event) || !shows(event, 'dt', 'events_id', 'object_id')) return false;
  const { dt, events_id: type, object_id: id } = event;
  if (typeof dt !== 'string' || typeof type !== 'string') return false;
  return isDateTime(dt) && isEventType(type) && isObjectId(id) && isCertainJson(value);
}

const eventFields = ['dt', 'events_id', 'object_id'];

/** Whether a value looks like an envelope, right or wrong, rather than like bare data. */
export function resemblesEnvelope(value: unknown): value is { event: object; data?: unknown } {
  if (!isObject(value) || !('event' in value)) return false;
  const { event } = value;
  return isObject(event) && eventFields.some((field) => field in event);
}
