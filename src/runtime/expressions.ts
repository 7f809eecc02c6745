import { setImmediate } from 'node:timers/promises';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { ExpressionFailed, type Expressions } from '../engine/words/expression.ts';

type Prepared = ReturnType<NodeAPI['util']['prepareJSONataExpression']>;
type Jsonata = Pick<NodeAPI['util'], 'prepareJSONataExpression' | 'evaluateJSONataExpression'>;

/** What one evaluation may cost: the same for the same value, however busy the machine is. About a second. */
export const mostSteps = 1_000_000;
/** Calls within calls, which take memory. */
export const deepest = 1000;
/** After so long, in ms, the event loop gets its turn. */
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

  enter(): Promise<void> | undefined {
    if (++this.#steps > mostSteps) {
      throw new ExpressionFailed(`did not end within ${mostSteps.toLocaleString('en-GB')} steps`);
    }
    if (++this.#depth > deepest) throw new ExpressionFailed(`calls itself more than ${deepest} times deep`);
    if (this.#steps % stepsPerLook > 0 || performance.now() - this.#since < sliceMs) return undefined;
    return setImmediate().then(() => {
      this.#since = performance.now();
    });
  }

  leave(): undefined {
    this.#depth--;
  }
}

/** No node evaluates these, so there is no context of one: and what is sent must not depend on when it is made. */
const noContext = {
  context() {
    throw new Error('$flowContext and $globalContext are not known here');
  },
} as unknown as Node;

/**
 * The JSONata of Node-RED, with its own functions (`$env`, `$moment`), bounded where it can be: an evaluation ends
 * after a million steps, or at a depth of 1000, and the event loop goes on meanwhile. A single built-in function or
 * regular expression is one step, however long it takes.
 */
export function expressionsOf(jsonata: Jsonata): Expressions {
  return {
    compile(text) {
      const prepared = prepare(jsonata, text);
      return { evaluate: (value) => evaluated(jsonata, prepared, value) };
    },
  };
}

function prepare(jsonata: Jsonata, text: string): Prepared {
  let prepared: Prepared;
  try {
    prepared = jsonata.prepareJSONataExpression(text, noContext);
  } catch (error) {
    const { position } = error as { position?: unknown };
    const where = typeof position === 'number' ? ` (position ${position})` : '';
    throw new ExpressionFailed(`is no JSONata: ${messageOf(error)}${where}`);
  }
  const efforts = new WeakMap<Date, Effort>();
  const effortIn = ({ timestamp }: Scope): Effort => {
    const date = timestamp as Date;
    const effort = efforts.get(date) ?? new Effort();
    efforts.set(date, effort);
    return effort;
  };
  const assign = prepared.assign.bind(prepared) as (name: string | symbol, hook: Hook) => void;
  for (const name of hooks('__evaluate_entry')) assign(name, (_, __, scope) => effortIn(scope).enter());
  for (const name of hooks('__evaluate_exit')) assign(name, (_, __, scope) => effortIn(scope).leave());
  // For Node-RED, an expression with the word "msg" is one of its first version, and sees all under that name.
  return Object.assign(prepared, { _legacyMode: false });
}

function evaluated(jsonata: Jsonata, prepared: Prepared, value: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    jsonata.evaluateJSONataExpression(prepared, value as NodeMessage, (error, result) => {
      if (!error && isFunction(result)) reject(new ExpressionFailed('gives a function, not its result'));
      else if (!error) resolve(result);
      else if (error instanceof ExpressionFailed) reject(error);
      else reject(new ExpressionFailed(`can not be evaluated: ${messageOf(error)}`));
    });
  });
}

/** JSONata's own are objects that say so. */
function isFunction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'function';
  return '_jsonata_lambda' in value || '_jsonata_function' in value;
}

/** JSONata throws objects that are no Errors. */
function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}
