import { STATUS_CODES } from 'node:http';
import { type Expressions, noExpressions } from '../../words/expression.ts';
import type { HttpHandler } from '../../words/handler.ts';
import { failure, type Outcome, outage, success } from '../../words/outcome.ts';
import { urlTemplateOf } from '../../words/url-template.ts';
import { closedWhenIdle } from '../in-flight.ts';
import { Redaction, redacted } from '../redaction/redaction.ts';
import type { Call, Target } from '../target.ts';
import { keptText } from '../text-capture.ts';
import { answerText } from './answer-text.ts';
import type { Connections } from './connections.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { type Attempted, failedExchange, isUnanswered } from './failed-exchange.ts';
import { firstOf } from './head.ts';
import { NotShaped, requestShaper, type ShapedRequest, type ShapeRequest } from './request.ts';
import { requestHeaders } from './request-headers.ts';
import { retryAfterMs } from './retry-after.ts';
import { routeOf, serverNameOf } from './route.ts';
import { secretsOf, shownPath } from './secrets.ts';
import { isUnrouted, unroutedError } from './unrouted.ts';
import { judgeOf, type Verdict } from './verdict.ts';
import type { Answer } from './wire.ts';

export interface HttpTargetOptions {
  readonly connections: Connections;
  readonly expressions?: Expressions | undefined;
  /** In ms since 1970. */
  readonly now?: () => number;
}

/**
 * A receiver that closes connections without an answer may be one that keeps none, whatever it says. Nobody can
 * tell, and a request that may have arrived is not sent again here; but for so long, in ms, each gets a connection
 * of its own.
 */
const distrustMs = 60_000;

/**
 * Calls an HTTP endpoint, over connections kept alive. The handler's timeout covers everything, from the
 * connection to the last byte kept. Redirects are not followed: they count as failures. A request is never sent
 * twice by itself; where a connection breaks before the answer, the retry rule decides.
 * @throws TypeError when the proxy's URL is none
 */
export function httpTarget(handler: HttpHandler, options: HttpTargetOptions): Target {
  const { connections, expressions = noExpressions, now = Date.now } = options;
  const { method } = handler;
  const template = urlTemplateOf(handler.url);
  const { url } = template;
  const shape = requestShaper(handler, template, expressions);
  const judge = judgeOf(handler, expressions);
  const { guard } = connections;
  const secrets = secretsOf(handler);
  const redaction = new Redaction(secrets);
  // Names of headers come in small letters, whatever the receiver wrote.
  const redactionOfNames = new Redaction(secrets.map((secret) => secret.toLowerCase()));
  const route = routeOf(handler);
  const headersOf = requestHeaders(handler, redaction, route);
  const servername = serverNameOf(handler);
  const { origin, proxy, before } = route;
  const to = { origin, method, ...(servername === undefined ? {} : { servername }) } as const;
  const fixedPath = before + url.pathname + url.search;
  // Addresses that need no DNS never come by the guard's lookup.
  const refused = guard.refusalOfHost(url.hostname) ?? (proxy ? guard.refusalOfHost(proxy.hostname) : null);
  const lease = connections.lease({ tls: handler.tls, route, servername });
  const attempted = {
    url,
    isProxied: proxy !== null && !route.isTunnel,
    timeoutSeconds: handler.timeoutSeconds,
  };
  let distrustedUntil = 0;

  const described = (path: string) => `${method} ${url.origin}${redaction.text(shownPath(handler, path))}`;

  /** What is wrong where the answer is one of this Node-RED itself, not of a flow in it; undefined of any other. */
  function unroutedOf({ code, response, error }: Outcome, path: string): string | undefined {
    const { ownRoot } = handler;
    if (ownRoot === undefined || proxy !== null || code !== 404 || error === null) return undefined;
    const [asked = ''] = path.split('?', 1);
    return isUnrouted(response, method, asked)
      ? unroutedError(method, asked.slice(ownRoot.length))
      : undefined;
  }

  async function called(call: Call, shaped?: ShapedRequest): Promise<Outcome> {
    const began = now();
    const { sent, shown, signatures } = headersOf(call, began, shaped);
    const request = {
      ...to,
      path: shaped ? before + shaped.path : fixedPath,
      headers: sent,
      body: shaped ? shaped.body : call.body,
      reset: began < distrustedUntil,
    };
    const exchanged = await exchange(lease.dispatcher, request, handler.timeoutSeconds * 1000);
    const ended = now();
    if (isUnanswered(exchanged)) distrustedUntil = ended + distrustMs;

    const ofAttempt = redaction.and(signatures).and(shaped?.secrets ?? []);
    const { answer, error: broken } = exchanged;
    const text = answer && (await answerText(answer.headers, answer.body, ofAttempt, broken !== null));
    const facts = answer ? keptOf(answer, text, ended, ofAttempt, redactionOfNames) : {};
    const verdict = judge && answer && !broken ? await judge(answer, ofAttempt) : null;
    const outcome = outcomeOf(exchanged, facts, attempted, ofAttempt, verdict);
    const told = unroutedOf(outcome, request.path) ?? outcome.error;
    const error = told === null ? null : ofAttempt.text(told);
    return { ...outcome, error, requestHeaders: shown };
  }

  async function shapedCall(call: Call, shapeRequest: ShapeRequest): Promise<Outcome> {
    let shaped: ShapedRequest;
    try {
      shaped = await shapeRequest(call);
    } catch (error) {
      if (!(error instanceof NotShaped)) throw error;
      return failure(redaction.text(`${url.host} was not called: ${error.message}`), { uncalled: true });
    }
    const outcome = await called(call, shaped);
    return {
      ...outcome,
      ...(template.isFixed ? {} : { target: described(shaped.path) }),
      ...(shaped.body === call.body ? {} : { sentBody: sentOf(shaped, redaction) }),
    };
  }

  return closedWhenIdle({
    description: described(template.path + template.query),
    call(call) {
      if (refused) return Promise.resolve(failure(refused.message));
      return shape ? shapedCall(call, shape) : called(call);
    },
    close: () => lease.release(),
  });
}

function sentOf({ body, secrets }: ShapedRequest, redaction: Redaction): string {
  return body === null ? '' : keptText(body, redaction.and(secrets));
}

/** @param facts what is kept of the answer */
function outcomeOf(
  { answer, interim, error }: Exchanged,
  facts: Partial<Outcome>,
  attempted: Attempted,
  redaction: Redaction,
  verdict: Verdict | null,
): Outcome {
  if (error) return { ...failedExchange({ answer, interim, error }, attempted, redaction), ...facts };
  const { status, headers } = answer as Answer & { status: number };
  const { url } = attempted;
  if (status === 407 && attempted.isProxied) {
    return outage(`${url.host} could not be called: the proxy wants a user and a password (407)`);
  }
  const isFine = status >= 200 && status < 300;
  if (verdict ? verdict.refusal === null || (verdict.refusal === undefined && isFine) : isFine) {
    return success(verdict?.response === undefined ? facts : { ...facts, response: verdict.response });
  }
  // Whoever answers so is there, and will not answer otherwise to the same.
  if (isFine) return failure(`HTTP ${status}, but the answer ${verdict?.refusal}`, { ...facts, final: true });
  const isOutage = status >= 500 || status === 408 || status === 425 || status === 429;
  return failure(statusError(status, firstOf(headers['location']), url), {
    ...facts,
    outage: isOutage,
    final: !(isOutage || status === 409),
    gone: status === 410,
  });
}

function statusError(status: number, location: string | undefined, url: URL): string {
  const sentence = `HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  if (status >= 400 || status === 304) return sentence;
  const to = location === undefined ? null : URL.parse(location, url);
  if (to === null || !/^https?:$/.test(to.protocol)) return `${sentence}: redirects are not followed`;
  return `${sentence}: redirects are not followed; if ${to.origin}${to.pathname} is right, make it the handler's URL`;
}

/** What is kept of an answer, whole or not. @param text of its body */
function keptOf(
  { status, headers }: Answer,
  text: string | null,
  now: number,
  redaction: Redaction,
  ofNames: Redaction,
): Partial<Outcome> {
  return {
    code: status,
    response: text || null,
    responseHeaders: shownHeaders(headers, redaction, ofNames),
    retryAfterMs: retryAfterMs(firstOf(headers['retry-after']), now),
  };
}

function shownHeaders(
  headers: Answer['headers'],
  redaction: Redaction,
  ofNames: Redaction,
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    shown[ofNames.text(name)] =
      name === 'set-cookie' ? redacted : redaction.text(Array.isArray(value) ? value.join(', ') : value);
  }
  return shown;
}
