import type { SentRequest } from '../../engine/words/curl.ts';
import type { Envelope } from '../../engine/words/event.ts';
import { ExpressionFailed, type Expressions } from '../../engine/words/expression.ts';
import { Unfilled } from '../../engine/words/placeholders.ts';
import { NoBody } from '../../engine/words/request-body.ts';
import { type RequestSettings, requestShape } from '../../engine/words/request-shape.ts';
import { urlTemplateOf } from '../../engine/words/url-template.ts';
import { holdsReference } from '../shared/reference.ts';
import { textsOf } from '../shared/texts.ts';

/** A handler as its dialog describes it. */
export interface PreviewedHandler extends RequestSettings {
  readonly id: string;
  readonly url: string;
  readonly signsIn: boolean;
}

const text = textsOf('provisioning-handler');

/** The request that a handler makes of a sample, by the very code that makes it when it is called. */
export async function previewOf(
  handler: PreviewedHandler,
  sample: Envelope,
  expressions: Expressions,
): Promise<SentRequest> {
  const { id, method, url: address, headers, signsIn } = handler;
  const url = urlTemplateOf(address);
  const { events_id: eventType, object_id } = sample.event;
  const eventId = 'ev-sample-1';
  const event = { objectId: String(object_id), eventType, eventId, body: JSON.stringify(sample) };
  // What a reference stands for is known to the runtime alone: it stays as it is.
  const known = headers.map((header) => (holdsReference(header.value) ? { ...header, value: '' } : header));
  const { path, values, body, contentType } = await requestShape(
    { ...handler, headers: known },
    url,
    expressions,
  )(event);
  const own = headers.map(({ name, value }, index) => [
    name,
    holdsReference(value) ? value : (values[index] ?? ''),
  ]);
  const hasOwnType = headers.some(({ name }) => /^content-type$/i.test(name));
  return {
    target: `${method} ${url.url.origin}${path}`,
    headers: {
      'webhook-id': `${eventId}_${id}`,
      ...(contentType === null || hasOwnType ? {} : { 'content-type': contentType }),
      ...Object.fromEntries(own),
      ...(signsIn ? { authorization: '***' } : {}),
    },
    body: body ?? '',
  };
}

/** A request as it goes over the wire, for people. */
export function spell({ target, headers, body }: SentRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [target, ...lines, ...(body === '' ? [] : ['', body])].join('\n');
}

/** Why a sample makes no request, in the user's language. */
export function unmadeText(error: unknown): string {
  if (error instanceof Unfilled) {
    return text(`unfilled.${error.reason}`, { name: `{${error.placeholder}}` });
  }
  if (error instanceof NoBody) return text(`noBody.${error.reason}`, { detail: error.detail });
  if (error instanceof ExpressionFailed) return text('noBody.expression', { detail: error.message });
  return text('error.url');
}
