import { z } from 'zod';
import { parse } from './parse.ts';

/** `clients.create`: segments of letters, digits and underscores, joined by dots; 256 characters at most. */
export const eventTypeSchema = z
  .string({ error: 'must be a string such as "clients.create"' })
  .max(256, 'must have 256 characters at most')
  .regex(
    /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/,
    'must be segments of A-Z a-z 0-9 _ joined by dots, such as "clients.create"',
  );

/** A number or a string. */
export const objectIdSchema = z.union(
  [
    z.string().min(1, 'must not be empty').max(256, 'must have 256 characters at most'),
    z.number().refine((id) => !Number.isInteger(id) || Number.isSafeInteger(id), {
      error: 'is a number beyond 2^53, which JSON can not carry exactly: send it as a string',
    }),
  ],
  {
    error: (issue) =>
      issue.input === undefined
        ? 'is missing: a number or a string is needed'
        : 'must be a number or a string',
  },
);

/**
 * The JSON that JeraSoft VCS sends to a handler, and that our handlers receive.
 * What else stands in it is kept: a billing system may add fields.
 */
export const envelopeSchema = z
  .looseObject(
    {
      event: z.looseObject(
        {
          dt: z.iso.datetime({
            offset: true,
            error: 'must be an ISO 8601 date and time with offset, such as "2026-01-31T12:00:00+00:00"',
          }),
          events_id: eventTypeSchema,
          object_id: objectIdSchema,
        },
        { error: 'must be an object with dt, events_id and object_id' },
      ),
      data: z.record(z.string(), z.unknown(), {
        error: 'must be an object ({} when there is nothing to say)',
      }),
    },
    { error: 'must be an object {"event":{"dt","events_id","object_id"},"data":{}}' },
  )
  .superRefine((envelope, context) => {
    const problem = jsonProblem(envelope);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });

export type Envelope = z.infer<typeof envelopeSchema>;

/** Levels of lists and objects in an envelope at most: whoever reads or copies it recurses. */
const maxDepth = 100;

/** What of a value JSON can not carry, and where (the uppermost levels of it); undefined when there is nothing. */
function jsonProblem(value: unknown, depth = 0): { message: string; path: PropertyKey[] } | undefined {
  if (typeof value === 'bigint') {
    return { message: 'is a BigInt, which JSON can not carry: send it as a string', path: [] };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  // A Date and the like say themselves what they are in JSON.
  if ('toJSON' in value && typeof value.toJSON === 'function') return undefined;
  if (depth >= maxDepth) {
    return {
      message: `is nested deeper than ${maxDepth} levels, or contains itself: send plain data`,
      path: [],
    };
  }
  for (const [key, member] of Object.entries(value)) {
    const problem = jsonProblem(member, depth + 1);
    if (problem)
      return { ...problem, path: [Array.isArray(value) ? Number(key) : key, ...problem.path].slice(0, 8) };
  }
  return undefined;
}

/** @throws InvalidInput naming the field that is wrong */
export function parseEnvelope(value: unknown): Envelope {
  return parse('envelope', envelopeSchema, value);
}

/** Whether a value looks like an envelope, right or wrong, rather than like bare data. */
export function resemblesEnvelope(value: unknown): value is { event: unknown; data?: unknown } {
  return typeof value === 'object' && value !== null && 'event' in value && 'data' in value;
}
