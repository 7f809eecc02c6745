import { STATUS_CODES } from 'node:http';
import type { HttpHandler } from '../../words/handler.ts';
import { failure, type Outcome, success } from '../../words/outcome.ts';
import { closedWhenIdle } from '../in-flight.ts';
import { Redaction, redacted } from '../redaction/redaction.ts';
import type { Call, Target } from '../target.ts';
import type { AddressRefused } from './address-guard.ts';
import { answerText } from './answer-text.ts';
import type { Connections, Lease } from './connections.ts';
import { type Answer, type Exchanged, exchange } from './exchange.ts';
import { failedExchange, isUnanswered } from './failed-exchange.ts';
import { RequestHeaders } from './request-headers.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Route, routeOf, serverNameOf } from './route.ts';
import { secretsOf, shownPath } from './secrets.ts';

export interface HttpTargetOptions {
  readonly connections: Connections;
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
 * Calls an HTTP endpoint by POST, over connections kept alive. The handler's timeout covers everything, from the
 * connection to the last byte kept. Redirects are not followed: they count as failures. A request is never sent
 * twice by itself; where a connection breaks before the answer, the retry rule decides.
 * @throws TypeError when the proxy's URL is none
 */
export function httpTarget(handler: HttpHandler, options: HttpTargetOptions): Target {
  return closedWhenIdle(new HttpTarget(handler, options));
}

class HttpTarget implements Target {
  readonly description: string;
  readonly #url: URL;
  readonly #timeoutSeconds: number;
  readonly #headers: RequestHeaders;
  readonly #redaction: Redaction;
  /** Names of headers come in small letters, whatever the receiver wrote. */
  readonly #redactionOfNames: Redaction;
  readonly #refused: AddressRefused | null;
  readonly #lease: Lease;
  readonly #now: () => number;
  readonly #route: Route;
  readonly #request: { origin: string; path: string; method: 'POST'; servername?: string };
  #distrustedUntil = 0;

  constructor(handler: HttpHandler, { connections, now = Date.now }: HttpTargetOptions) {
    const url = new URL(handler.url);
    const { guard } = connections;
    this.#url = url;
    this.#timeoutSeconds = handler.timeoutSeconds;
    this.#headers = new RequestHeaders(handler);
    const secrets = secretsOf(handler);
    this.#redaction = new Redaction(secrets);
    this.#redactionOfNames = new Redaction(secrets.map((secret) => secret.toLowerCase()));
    const route = routeOf(handler);
    const servername = serverNameOf(handler);
    const { origin, path, proxy } = route;
    this.#route = route;
    this.#request = { origin, path, method: 'POST', ...(servername === undefined ? {} : { servername }) };
    this.#now = now;
    this.description = `POST ${url.origin}${this.#redaction.text(shownPath(handler))}`;
    // Addresses that need no DNS never come by the guard's lookup.
    this.#refused = guard.refusalOfHost(url.hostname) ?? (proxy ? guard.refusalOfHost(proxy.hostname) : null);
    this.#lease = connections.lease({ tls: handler.tls, route, servername });
  }

  async call(call: Call): Promise<Outcome> {
    if (this.#refused) return failure(this.#refused.message);
    const now = this.#now();
    const { sent, shown, signature } = this.#headers.of(call, now);
    const headers = [...this.#route.headers, ...sent];
    const request = { ...this.#request, headers, body: call.body, reset: now < this.#distrustedUntil };
    const exchanged = await exchange(this.#lease.dispatcher, request, this.#timeoutSeconds * 1000);
    if (isUnanswered(exchanged)) this.#distrustedUntil = this.#now() + distrustMs;

    const redaction = signature === null ? this.#redaction : this.#redaction.and(signature);
    const outcome = await this.#outcomeOf(exchanged, redaction);
    const error = outcome.error === null ? null : redaction.text(outcome.error);
    return { ...outcome, error, requestHeaders: shown };
  }

  close(): Promise<void> {
    return this.#lease.release();
  }

  async #outcomeOf({ answer, interim, error }: Exchanged, redaction: Redaction): Promise<Outcome> {
    const facts = answer === null ? {} : await keptOf(answer, redaction, this.#redactionOfNames);
    if (error) {
      const attempted = { host: this.#url.host, timeoutSeconds: this.#timeoutSeconds };
      return { ...failedExchange({ answer, interim, error }, attempted), ...facts };
    }
    const { status, headers } = answer as Answer & { status: number };
    if (status >= 200 && status < 300) return success(facts);
    if (status === 407 && this.#route.proxy) {
      return failure(`${this.#url.host} could not be called: the proxy wants a user and a password (407)`, {
        outage: true,
      });
    }
    const isOutage = status >= 500 || status === 408 || status === 425 || status === 429;
    return failure(this.#statusError(status, one(headers['location'])), {
      ...facts,
      outage: isOutage,
      final: !(isOutage || status === 409),
      gone: status === 410,
      retryAfterMs: retryAfterMs(one(headers['retry-after']), this.#now()),
    });
  }

  #statusError(status: number, location: string | null): string {
    const sentence = `HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
    if (status >= 400 || status === 304) return sentence;
    const to = location === null ? null : URL.parse(location, this.#url);
    if (to === null || !/^https?:$/.test(to.protocol)) return `${sentence}: redirects are not followed`;
    return `${sentence}: redirects are not followed; if ${to.origin}${to.pathname} is right, make it the handler's URL`;
  }
}

/** What is kept of an answer, whole or not. */
async function keptOf(
  { status, headers, body }: Answer,
  redaction: Redaction,
  ofNames: Redaction,
): Promise<Partial<Outcome>> {
  return {
    code: status,
    response: (await answerText(headers, body, redaction)) || null,
    responseHeaders: shownHeaders(headers, redaction, ofNames),
  };
}

function one(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function shownHeaders(
  headers: Answer['headers'],
  redaction: Redaction,
  ofNames: Redaction,
): Record<string, string> {
  const shown: Record<string, string> = {};
  const names = Object.keys(headers).join('\n');
  // All at once: hardly any answer has a secret there, and looking for one takes its time.
  const isAnySecret = ofNames.text(names) !== names;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    shown[isAnySecret ? ofNames.text(name) : name] =
      name === 'set-cookie' ? redacted : redaction.text(Array.isArray(value) ? value.join(', ') : value);
  }
  return shown;
}
