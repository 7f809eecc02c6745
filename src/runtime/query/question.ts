import { z } from 'zod';
import { isRecord } from '../../engine/words/absent.ts';
import { InvalidInput } from '../../engine/words/errors.ts';
import { notEmpty, upTo } from '../../engine/words/lengths.ts';
import { type OperationName, operationNames } from '../../engine/words/operation.ts';
import { parse } from '../../engine/words/parse.ts';
import { operations } from '../operations/operations.ts';

/** What a message asks a query node. */
export interface Question {
  readonly operation?: unknown;
  readonly payload?: unknown;
  readonly by?: unknown;
}

const nameSchema = z.enum(operationNames, { error: `must be one of ${operationNames.join(', ')}` });

/** @throws InvalidInput */
export function operationIn({ operation }: Question): OperationName {
  return parse('msg', z.object({ operation: nameSchema }), { operation }).operation;
}

const bySchema = z
  .string({ error: 'must be a text: who does it' })
  .trim()
  .refine(upTo(256), 'must have 256 characters at most')
  .nullish();

const idSchema = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().refine(notEmpty, 'must not be empty').refine(upTo(64), 'must have 64 characters at most'),
);

/** What an operation is asked with. */
interface Asked {
  readonly id: string;
  readonly parameters: unknown;
  readonly by: string | null;
}

/** Reads what is to be done, before any of it is. @throws InvalidInput naming each parameter that is wrong */
export function askedIn(name: OperationName, { payload, by }: Question): Asked {
  const { on, parse: parseRest = takesNothing } = operations[name];
  const { by: who } = parse('msg', z.object({ by: bySchema }), { by });
  const given = parametersIn(payload);
  if (!on) return { id: '', parameters: parseRest(given), by: who || null };
  const { [on]: about, ...rest } = given;
  const { [on]: id = '' } = parse(name, z.object({ [on]: idSchema }), { [on]: about });
  return { id, parameters: parseRest(rest), by: who || null };
}

/** Whom a question is about, and who asks, as far as it says so in earnest, however wrong the rest of it is. */
export function namedIn(name: OperationName, { payload, by }: Question) {
  const { on } = operations[name];
  const id = on && isRecord(payload) ? idSchema.safeParse(payload[on]).data : undefined;
  return { about: on && id !== undefined ? { [on]: id } : {}, by: bySchema.safeParse(by).data || null };
}

function takesNothing(given: unknown): unknown {
  return parse('payload', z.strictObject({}), given);
}

function parametersIn(payload: unknown): Readonly<Record<string, unknown>> {
  // A number is what an inject node sends that nobody has told what to send.
  if (payload === undefined || payload === null || payload === '' || typeof payload === 'number') return {};
  if (isRecord(payload) && !Buffer.isBuffer(payload)) return payload;
  throw new InvalidInput('msg', [
    { field: 'payload', message: 'must be an object with the parameters, or empty' },
  ]);
}
