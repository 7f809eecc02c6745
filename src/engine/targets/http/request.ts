import type { Expressions } from '../../words/expression.ts';
import type { HttpHandler, NamedValue } from '../../words/handler.ts';
import { hasBody } from '../../words/handler-settings.ts';
import { hasPlaceholder, Unfilled } from '../../words/placeholders.ts';
import { NoBody } from '../../words/request-body.ts';
import { requestShape } from '../../words/request-shape.ts';
import type { UrlTemplate } from '../../words/url-template.ts';
import type { Call } from '../target.ts';
import { isSecret, type SignedRequest } from './request-headers.ts';

/** A request that an event has been put into. */
export interface ShapedRequest extends SignedRequest {
  /** Path and query. */
  readonly path: string;
  /** What of the event came into a header that is not shown. */
  readonly secrets: readonly string[];
}

/** Why no request can be made of an event: nobody is called. The message goes on after `was not called: `. */
export class NotShaped extends Error {}

/** Rejects with NotShaped. */
export type ShapeRequest = (call: Call) => Promise<ShapedRequest>;

/**
 * What makes a handler's requests; null when each is the envelope as it is, at the same URL, with the same headers.
 * @throws ExpressionFailed when the body's expression is none
 */
export function requestShaper(
  handler: HttpHandler,
  url: UrlTemplate,
  expressions: Expressions,
): ShapeRequest | null {
  const { method, body, headers } = handler;
  const isPlain = body === 'envelope' && hasBody(method);
  // Doubled braces make no placeholder, and yet another value.
  const areFixed = !headers.some(({ value }) => value.includes('{'));
  if (isPlain && url.isFixed && areFixed) return null;
  const make = requestShape(handler, url, expressions);
  const isHidden = ({ name, value, secret }: NamedValue) =>
    (secret || isSecret(name)) && hasPlaceholder(value);

  return async (call) => {
    const { values, ...request } = await make(call).catch((error) => {
      throw notShaped(error);
    });
    const filled = headers.map((header, index) => ({ ...header, value: values[index] ?? '' }));
    const secrets = values.filter((_, index) => headers.slice(index, index + 1).some(isHidden));
    return { ...request, headers: filled, secrets };
  };
}

function notShaped(error: unknown): unknown {
  if (error instanceof Unfilled) {
    return new NotShaped(`${error.message}: have the flow put it right, or change the handler`);
  }
  return error instanceof NoBody ? new NotShaped(error.message) : error;
}
