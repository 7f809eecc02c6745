import { InvalidInput } from '../../words/errors.ts';
import type { HttpHandler, NamedValue } from '../../words/handler.ts';
import { hopsHeader } from '../../words/hops.ts';
import { type Redaction, redacted } from '../redaction/redaction.ts';
import { sign, signingKey } from '../signature.ts';
import type { Call } from '../target.ts';
import { basic, basicOf } from './basic.ts';
import type { Route } from './route.ts';
import { userAgent } from './user-agent.ts';

export interface AttemptHeaders {
  /** Names and values in turn, as undici takes them. */
  readonly sent: string[];
  /** The same for people to see, secrets redacted. */
  readonly shown: Readonly<Record<string, string>>;
  /** Those of `webhook-signature`; none without a signing secret. */
  readonly signatures: readonly string[];
}

/** A request whose path, body and own headers are made. */
export interface SignedRequest {
  /** The handler's own, their placeholders filled. */
  readonly headers: readonly NamedValue[];
  /** null: it has no body. */
  readonly body: string | null;
  readonly contentType: string | null;
}

type MakeHeaders = (call: Call, now: number, request?: SignedRequest) => AttemptHeaders;

/**
 * What gives each of a handler's requests its headers: `now` is when the attempt is made, in ms since 1970. Without a
 * request, it is the envelope as it is, as JSON. The user's own headers may replace `content-type`, `user-agent` and
 * `host`.
 * @param route what it wants to be told is sent, and not shown
 */
export function requestHeaders(
  handler: HttpHandler,
  redaction: Redaction,
  route: Pick<Route, 'headers'>,
): MakeHeaders {
  const authorization = authorizationOf(handler);
  if (authorization !== null && !/^[\t\x20-\x7e\x80-\xff]*$/.test(authorization)) {
    throw new InvalidInput('handler', [
      { field: 'token', message: 'holds a character that an HTTP header can not carry: enter it again' },
    ]);
  }
  const keys = signingSecretsOf(handler).map(signingKey);
  const ofSettings = (own: readonly NamedValue[], contentType: string | null) => {
    const presets = [
      ...(contentType === null ? [] : [{ name: 'content-type', value: contentType, secret: false }]),
      { name: 'user-agent', value: userAgent, secret: false },
    ].filter((preset) => !own.some(({ name }) => name.toLowerCase() === preset.name));
    const all = [...presets, ...own];
    if (authorization !== null) all.push({ name: 'authorization', value: authorization, secret: true });
    const sent = [...route.headers, ...all.flatMap(({ name, value }) => [name, value])];
    const shown = Object.fromEntries(
      all.map(({ name, value, secret }) => [
        name,
        secret || isSecret(name) ? redacted : redaction.text(value),
      ]),
    );
    return { sent, shown };
  };
  const fixed = ofSettings(handler.headers, 'application/json');

  return ({ webhookId, attempt, hops, body: envelope }, now, request) => {
    const { sent: settings, shown: settingsShown } = request
      ? ofSettings(request.headers, request.contentType)
      : fixed;
    const body = request ? (request.body ?? '') : envelope;
    const timestamp = String(Math.floor(now / 1000));
    const own = {
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'provisioning-attempt': String(attempt),
      [hopsHeader]: String(hops + 1),
    };
    const sent: string[] = [];
    for (const [name, value] of Object.entries(own)) sent.push(name, value);
    sent.push(...settings);
    const shown = { ...own, ...settingsShown };
    if (keys.length === 0) return { sent, shown, signatures: [] };
    const signature = sign({ id: webhookId, timestamp, body }, keys);
    sent.push('webhook-signature', signature);
    return { sent, shown: { ...shown, 'webhook-signature': redacted }, signatures: signature.split(' ') };
  };
}

/** The current secret first. */
export function signingSecretsOf({ signingSecret, previousSigningSecret }: HttpHandler): string[] {
  return [signingSecret, previousSigningSecret].filter((secret): secret is string => !!secret);
}

/** Of the handler's authentication, else of the user and password in its URL; null without either. */
export function authorizationOf({ auth, url }: HttpHandler): string | null {
  if (auth.type === 'bearer') return `Bearer ${auth.token}`;
  if (auth.type === 'basic') return basic(auth.user, auth.password);
  return basicOf(new URL(url));
}

/** Whether a header is not shown whatever it holds. */
export function isSecret(name: string): boolean {
  return /^(?:authorization|cookie)$/i.test(name);
}
