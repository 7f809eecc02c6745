import { z } from 'zod';
import { InvalidInput } from '../../words/errors.ts';
import { parse } from '../../words/parse.ts';
import type { Redaction } from '../redaction/redaction.ts';

const answered = { id: z.string(), response: z.unknown().optional() };
const answerSchema = z.discriminatedUnion(
  'ok',
  [
    z.object({ ...answered, ok: z.literal(true) }),
    z.object({ ...answered, ok: z.literal(false), error: z.unknown().optional() }),
  ],
  { error: 'must be an object {"id","ok"} whose ok is true or false' },
);

/** What a resident script says of one call. */
export interface ScriptAnswer {
  /** Of the call it answers, as the script was given it. */
  readonly id: string;
  readonly ok: boolean;
  /** Text as it is, anything else as JSON; null when there is nothing. */
  readonly response: string | null;
  readonly error: string | null;
}

/** A line that is no answer: whoever wrote it does not speak our language. */
export class Garbage extends Error {}

/** So much is shown of what is no answer, in characters. */
export const shownLength = 200;

/** @throws Garbage, saying what is wrong and how the line begins, secrets redacted */
export function readAnswer(line: string, redaction: Redaction): ScriptAnswer {
  try {
    const { id, ok, response, ...rest } = parse('answer', answerSchema, JSON.parse(line));
    return { id, ok, response: textOf(response), error: 'error' in rest ? textOf(rest.error) : null };
  } catch (error) {
    const wrong = error instanceof InvalidInput ? error.message : 'not JSON';
    throw new Garbage(
      `it wrote a line that is no answer (${wrong}): ${redaction.beginningOf(line, shownLength)}`,
    );
  }
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
