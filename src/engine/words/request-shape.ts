import type { Expressions } from './expression.ts';
import { type BodyKind, hasBody, takesExpression } from './handler-settings.ts';
import { type EventFacts, filledHeader, piecesOf } from './placeholders.ts';
import { madeBody } from './request-body.ts';
import type { UrlTemplate } from './url-template.ts';

/** What a handler says of its requests, beside their URL. */
export interface RequestSettings {
  readonly method: string;
  readonly body: BodyKind;
  readonly bodyExpression: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** An event that a request is made of. */
export interface TakenEvent {
  readonly objectId: string;
  readonly eventType: string;
  readonly eventId: string;
  /** The envelope's JSON. */
  readonly body: string;
}

/** A request that an event has been put into. */
export interface MadeRequest {
  /** Path and query. */
  readonly path: string;
  /** Values of the handler's own headers, in their order. */
  readonly values: readonly string[];
  /** null: it has none. */
  readonly body: string | null;
  /** What the body is, unless a header says otherwise; null without a body. */
  readonly contentType: string | null;
}

/** Whether a handler's settings have its body made by the expression that stands there. */
export function usesExpression({ method, body, bodyExpression }: Omit<RequestSettings, 'headers'>): boolean {
  return hasBody(method) && takesExpression(body) && bodyExpression.trim() !== '';
}

/**
 * What makes a handler's requests of events: the same one of the same event, unless an expression asks for the time
 * or for chance.
 * @returns rejects with Unfilled or NoBody when of an event none can be made
 * @throws ExpressionFailed when the body's expression is none
 */
export function requestShape(
  settings: RequestSettings,
  url: UrlTemplate,
  expressions: Expressions,
): (event: TakenEvent) => Promise<MadeRequest> {
  const { method, body, bodyExpression } = settings;
  const expression = usesExpression(settings) ? expressions.compile(bodyExpression) : undefined;
  const headers = settings.headers.map(({ name, value }) => ({ name, pieces: piecesOf(value) }));

  return async (event) => {
    const facts = factsOf(event);
    const path = url.fill(facts);
    const values = headers.map(({ name, pieces }) => filledHeader(name, pieces, facts));
    const { text, contentType } = await madeBody({ method, body, expression }, event.body);
    return { path, values, body: text, contentType };
  };
}

/** The envelope is read only where something of it is asked for. */
function factsOf({ objectId, eventType, eventId, body }: TakenEvent): EventFacts {
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
