import type { Expressions } from '../../words/expression.ts';
import type { HttpHandler, NamedValue } from '../../words/handler.ts';
import { hasBody } from '../../words/handler-settings.ts';
import {
  type EventFacts,
  filledHeader,
  hasPlaceholder,
  piecesOf,
  Unfilled,
} from '../../words/placeholders.ts';
import { madeBody, NoBody } from '../../words/request-body.ts';
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

/** Why no request can be made of an event: nobody is called. The message goes on after `not called: `. */
export class NotShaped extends Error {}

/** @throws NotShaped */
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
  const { method, body, bodyExpression, headers } = handler;
  const isPlain = body === 'envelope' && hasBody(method);
  const areFixed = !headers.some(({ value }) => value.includes('{'));
  if (isPlain && url.isFixed && areFixed) return null;
  const isMade = hasBody(method) && (body === 'jsonata' || body === 'form') && bodyExpression.trim() !== '';
  const expression = isMade ? expressions.compile(bodyExpression) : undefined;
  const shape = { method, body, expression };
  const templates = headers.map((header) => ({ header, pieces: piecesOf(header.value) }));

  return async (call) => {
    const facts = factsOf(call);
    try {
      const path = url.fill(facts);
      const filled = templates.map(({ header, pieces }): NamedValue => {
        return { ...header, value: filledHeader(header.name, pieces, facts) };
      });
      const { text, contentType } = await madeBody(shape, call.body);
      const secrets = filled.filter(
        (header, index) => isHidden(header) && hasPlaceholder(headers[index]?.value ?? ''),
      );
      return { path, headers: filled, body: text, contentType, secrets: secrets.map(({ value }) => value) };
    } catch (error) {
      if (error instanceof Unfilled) {
        throw new NotShaped(`${error.message}: have the flow put it right, or change the handler`);
      }
      if (error instanceof NoBody) throw new NotShaped(error.message);
      throw error;
    }
  };
}

function isHidden({ name, secret }: NamedValue): boolean {
  return secret || isSecret(name);
}

/** The envelope is read only where something of it is asked for. */
function factsOf({ objectId, eventType, eventId, body }: Call): EventFacts {
  let read: { readonly event: { readonly dt: string }; readonly data: unknown } | undefined;
  const envelope = () => {
    read ??= JSON.parse(body) as NonNullable<typeof read>;
    return read;
  };
  return {
    objectId,
    eventType,
    eventId,
    get dt() {
      return envelope().event.dt;
    },
    get data() {
      return envelope().data;
    },
  };
}
