/** A JSONata expression that can be evaluated any number of times, side by side. */
export interface Expression {
  /**
   * What the expression gives for a value, as plain data; undefined when it gives nothing.
   * Rejects with an `ExpressionFailed` that says why, also when it went beyond its bounds.
   */
  evaluate(value: unknown): Promise<unknown>;
}

/** JSONata, as whoever runs the engine brings it along. */
export interface Expressions {
  /** @throws ExpressionFailed when the text is no JSONata, saying where */
  compile(text: string): Expression;
}

/** An expression that is none, or that gave no result. The message goes on after `the expression `. */
export class ExpressionFailed extends Error {
  override get name(): string {
    return 'ExpressionFailed';
  }
}

/** For whoever brings no JSONata along. */
export const noExpressions: Expressions = {
  compile() {
    throw new ExpressionFailed('can not be read: there is no JSONata here');
  },
};

/** As JSONata's `$boolean` has it: nothing, 0, '', and what is empty or holds nothing true are false. */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return typeof value !== 'function' && Boolean(value);
}
