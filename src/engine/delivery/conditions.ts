import { type Expression, ExpressionFailed, type Expressions, isTruthy } from '../words/expression.ts';

/**
 * What a handler's condition says of an event. `unjudged`: it can't be read while its handler is refused, so that it is
 * judged when the handler's turn comes; `failed`: it could not be said, and why.
 */
export type Judgement = 'met' | 'unmet' | 'unjudged' | { readonly failed: string };

export interface Condition {
  /** @param envelope plain data; never rejects */
  judge(envelope: unknown): Promise<Judgement>;
}

/** Makes what judges events by a handler's condition; null where it has none. */
export function conditionOf(text: string, expressions: Expressions): Condition | null {
  if (text.trim() === '') return null;
  const compiled = compiledBy(expressions, text);
  return { judge: async (envelope) => (compiled ? judged(compiled, envelope) : 'unjudged') };
}

function compiledBy(expressions: Expressions, text: string): Expression | null {
  try {
    return expressions.compile(text);
  } catch (error) {
    if (error instanceof ExpressionFailed) return null;
    throw error;
  }
}

async function judged(expression: Expression, envelope: unknown): Promise<Judgement> {
  try {
    return isTruthy(await expression.evaluate(envelope)) ? 'met' : 'unmet';
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { failed: `its condition could not be judged: the expression ${why}` };
  }
}
