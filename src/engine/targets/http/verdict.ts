import { type Expression, ExpressionFailed, type Expressions, isTruthy } from '../../words/expression.ts';
import type { HttpHandler } from '../../words/handler.ts';
import { nothingSecret, type Redaction } from '../redaction/redaction.ts';
import { keptText } from '../text-capture.ts';
import { answerText } from './answer-text.ts';
import type { Answer } from './wire.ts';

/** What a handler's own expressions say of a whole answer. */
export interface Verdict {
  /** Why it is no success; null when it is one, undefined when its status decides. */
  readonly refusal: string | null | undefined;
  /** What is kept of it as Response Data when it is a success; undefined: all of it. */
  readonly response: string | null | undefined;
}

export type Judge = (answer: Answer, redaction: Redaction) => Promise<Verdict>;

/** As much of a rule as a sentence has room for. */
const longestRule = 120;

/**
 * What judges a handler's answers by its expressions; null when it has none, and a 2xx is a success.
 * @throws ExpressionFailed when one of them is none
 */
export function judgeOf({ successRule, responsePart }: HttpHandler, expressions: Expressions): Judge | null {
  const rule = compiled(successRule, expressions);
  const part = compiled(responsePart, expressions);
  if (rule === null && part === null) return null;
  const shownRule = successRule.trim().replace(/\s+/g, ' ');

  return async (answer, redaction) => {
    const seen = await seenOf(answer);
    const refusal = rule && (await refusalOf(rule, seen, redaction.beginningOf(shownRule, longestRule)));
    if (refusal) return { refusal, response: undefined };
    const response = part ? await partOf(part, seen, redaction) : undefined;
    return { refusal: rule ? null : undefined, response };
  };
}

function compiled(text: string, expressions: Expressions): Expression | null {
  return text.trim() === '' ? null : expressions.compile(text);
}

/** An answer as expressions see it: secrets and all, its body parsed if it is JSON. */
async function seenOf({ status, headers, body }: Answer): Promise<object> {
  const text = await answerText(headers, body, nothingSecret);
  return { status, headers: { ...headers }, body: parsed(text) };
}

function parsed(text: string): unknown {
  if (!/^\s*[[{"\dtfn-]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function refusalOf(rule: Expression, seen: object, shown: string): Promise<string | null> {
  try {
    return isTruthy(await rule.evaluate(seen)) ? null : `is no success by the handler's rule: ${shown}`;
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return `can not be judged by the handler's rule, which ${error.message}: ${shown}`;
  }
}

/** Where it can not be told, all is kept: what the receiver did has been done. */
async function partOf(
  part: Expression,
  seen: object,
  redaction: Redaction,
): Promise<string | null | undefined> {
  try {
    const value = await part.evaluate(seen);
    if (value === undefined || value === null) return null;
    return keptText(typeof value === 'string' ? value : JSON.stringify(value), redaction) || null;
  } catch {
    return undefined;
  }
}
