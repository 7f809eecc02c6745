import { ExpressionFailed } from './expression.ts';

/** What one evaluation may cost: the same for the same value, however busy the machine is. About a second. */
const mostSteps = 1_000_000;
/** Calls within calls, which take memory. */
const deepest = 1000;
/** After so long, in ms, others get their turn. */
const sliceMs = 5;
/** Looking at the clock costs more than a step. */
const stepsPerLook = 256;

/** A scope of variables. Each evaluation has a date of its own, for `$now()`, which all of its scopes share. */
interface Scope {
  readonly timestamp: Date | null;
}
type Hook = (expression: unknown, input: unknown, scope: Scope) => Promise<void> | undefined;

/** JSONata is told what to call at each step under these names: newer versions have symbols. */
const hooks = (name: string) => [name, Symbol.for(`jsonata.${name}`)];

/** What an evaluation has cost so far. */
class Effort {
  #steps = 0;
  #depth = 0;
  #since = performance.now();
  readonly #pause: () => Promise<void>;

  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  enter(): Promise<void> | undefined {
    if (++this.#steps > mostSteps) {
      throw new ExpressionFailed(`did not end within ${mostSteps.toLocaleString('en-GB')} steps`);
    }
    if (++this.#depth > deepest) throw new ExpressionFailed(`calls itself more than ${deepest} times deep`);
    if (this.#steps % stepsPerLook > 0 || performance.now() - this.#since < sliceMs) return undefined;
    return this.#pause().then(() => {
      this.#since = performance.now();
    });
  }

  leave(): undefined {
    this.#depth--;
  }
}

/**
 * Bounds the evaluations of a compiled expression: they end after a million steps, or at a depth of 1000. A single
 * built-in function or regular expression is one step, however long it takes.
 * @param assign what the compiled expression gives variables by
 * @param pause lets others have their turn, and resolves when this one's has come again
 */
export function boundEffort(assign: (name: never, value: unknown) => void, pause: () => Promise<void>): void {
  const efforts = new WeakMap<Date, Effort>();
  const effortIn = ({ timestamp }: Scope): Effort => {
    const date = timestamp as Date;
    const effort = efforts.get(date) ?? new Effort(pause);
    efforts.set(date, effort);
    return effort;
  };
  const hook = assign as (name: string | symbol, hook: Hook) => void;
  for (const name of hooks('__evaluate_entry')) hook(name, (_, __, scope) => effortIn(scope).enter());
  for (const name of hooks('__evaluate_exit')) hook(name, (_, __, scope) => effortIn(scope).leave());
}

/** What whoever threw an error says of an expression that is none. JSONata throws objects that are no Errors. */
export function notCompiled(error: unknown): ExpressionFailed {
  const { position } = error as { position?: unknown };
  const where = typeof position === 'number' ? ` (position ${position})` : '';
  return new ExpressionFailed(`is no JSONata: ${saidBy(error)}${where}`);
}

/** Of an evaluation that has failed. */
export function notEvaluated(error: unknown): ExpressionFailed {
  if (error instanceof ExpressionFailed) return error;
  return new ExpressionFailed(`can not be evaluated: ${saidBy(error)}`);
}

/** @throws ExpressionFailed when a result is no data: JSONata's own functions are objects that say so */
export function plainResult(value: unknown): unknown {
  const isFunction =
    typeof value === 'object' && value !== null
      ? '_jsonata_lambda' in value || '_jsonata_function' in value
      : typeof value === 'function';
  if (isFunction) throw new ExpressionFailed('gives a function, not its result');
  return value;
}

function saidBy(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}
