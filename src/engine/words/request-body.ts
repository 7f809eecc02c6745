import { type Expression, ExpressionFailed } from './expression.ts';
import { type BodyKind, hasBody } from './handler-settings.ts';

/** As many bytes a body has at most that an expression or a form makes. */
export const longestBody = 1024 * 1024;

/** How a handler's body is made. */
export interface BodyShape {
  readonly method: string;
  readonly body: BodyKind;
  /** Absent where the body is not made by one. */
  readonly expression?: Expression | undefined;
}

export interface MadeBody {
  /** null: the request has none. */
  readonly text: string | null;
  /** What it is, unless the handler's headers say otherwise; null without a body. */
  readonly contentType: string | null;
}

/** Why no body can be made. */
export type NoBodyReason = 'expression' | 'nothing' | 'noFields' | 'nested' | 'long';

/** @param detail what the expression has failed by, or the field that is meant */
const messages: Readonly<Record<NoBodyReason, (detail: string) => string>> = {
  expression: (failure) => `the body's expression ${failure}`,
  nothing: () => "the body's expression gives nothing that can be sent for this event",
  noFields: () => 'the form must be made of an object',
  nested: (field) =>
    `"${field}" is an object, which no field of a form can hold: choose what is sent of it by an expression`,
  long: () => 'the body is longer than 1 MiB: send less of the event',
};

/** Of this event no body can be made. The message says why. */
export class NoBody extends Error {
  readonly reason: NoBodyReason;
  readonly detail: string;
  constructor(reason: NoBodyReason, detail = '') {
    super(messages[reason](detail));
    this.reason = reason;
    this.detail = detail;
  }
}

/**
 * Makes the body of a request: the same text for the same envelope, unless an expression asks for the time or for
 * chance.
 * @param envelope its JSON, which is sent as it stands
 * @throws NoBody
 */
export async function madeBody({ method, body, expression }: BodyShape, envelope: string): Promise<MadeBody> {
  if (!hasBody(method)) return { text: null, contentType: null };
  if (body === 'envelope') return { text: envelope, contentType: 'application/json' };
  const event = JSON.parse(envelope) as { readonly data: unknown };
  if (body === 'data') return json(event.data);
  const made = expression === undefined ? event.data : await result(expression, event);
  return body === 'form' ? form(made) : typeof made === 'string' ? text(made) : json(made);
}

async function result(expression: Expression, event: unknown): Promise<unknown> {
  try {
    return await expression.evaluate(event);
  } catch (error) {
    if (error instanceof ExpressionFailed) throw new NoBody('expression', error.message);
    throw error;
  }
}

function json(value: unknown): MadeBody {
  return bounded(jsonOf(value), 'application/json');
}

/** @throws NoBody for nothing, and for what is no JSON, such as a function */
function jsonOf(value: unknown): string {
  let made: string | undefined;
  try {
    made = typeof value === 'function' ? undefined : JSON.stringify(value);
  } catch {
    // A function of JSONata refers to itself.
  }
  if (made === undefined) throw new NoBody('nothing');
  return made;
}

function text(value: string): MadeBody {
  return bounded(value, 'text/plain; charset=utf-8');
}

/** `application/x-www-form-urlencoded` (WHATWG URL §5): a list is its name repeated, null is left out. */
function form(value: unknown): MadeBody {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NoBody('noFields');
  }
  const fields = new URLSearchParams();
  for (const [name, member] of Object.entries(value)) {
    for (const one of Array.isArray(member) ? member : [member]) {
      if (one === null || one === undefined) continue;
      if (typeof one === 'object' || typeof one === 'function') {
        throw new NoBody('nested', name);
      }
      fields.append(name, String(one));
    }
  }
  return bounded(fields.toString(), 'application/x-www-form-urlencoded');
}

function bounded(made: string, contentType: string): MadeBody {
  if (made.length * 3 > longestBody && new TextEncoder().encode(made).length > longestBody) {
    throw new NoBody('long');
  }
  return { text: made, contentType };
}
