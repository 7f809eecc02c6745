import { InvalidInput } from '../../words/errors.ts';
import type { HttpHandler } from '../../words/handler.ts';
import { hopsHeader } from '../../words/hops.ts';
import { type Redaction, redacted } from '../redaction/redaction.ts';
import { sign, signingKey } from '../signature.ts';
import type { Call } from '../target.ts';
import { basic, basicOf } from './basic.ts';
import { userAgent } from './user-agent.ts';

export interface AttemptHeaders {
  /** Names and values in turn, as undici takes them. */
  readonly sent: string[];
  /** The same for people to see, secrets redacted. */
  readonly shown: Readonly<Record<string, string>>;
  /** Those of `webhook-signature`; none without a signing secret. */
  readonly signatures: readonly string[];
}

/**
 * What gives each of a handler's requests its headers: `now` is when the attempt is made, in ms since 1970. The user's
 * own may replace `content-type`, `user-agent` and `host`.
 */
export function requestHeaders(
  handler: HttpHandler,
  redaction: Redaction,
): (call: Call, now: number) => AttemptHeaders {
  const authorization = authorizationOf(handler);
  if (authorization !== null && !/^[\t\x20-\x7e\x80-\xff]*$/.test(authorization)) {
    throw new InvalidInput('handler', [
      { field: 'token', message: 'holds a character that an HTTP header can not carry: enter it again' },
    ]);
  }
  const defaults = [
    { name: 'content-type', value: 'application/json', secret: false },
    { name: 'user-agent', value: userAgent, secret: false },
  ].filter((preset) => !handler.headers.some(({ name }) => name.toLowerCase() === preset.name));
  const all = [...defaults, ...handler.headers];
  if (authorization !== null) all.push({ name: 'authorization', value: authorization, secret: true });
  const fixed = all.flatMap(({ name, value }) => [name, value]);
  const fixedShown = Object.fromEntries(
    all.map(({ name, value, secret }) => [name, secret || isSecret(name) ? redacted : redaction.text(value)]),
  );
  const keys = signingSecretsOf(handler).map(signingKey);

  return ({ webhookId, attempt, hops, body }, now) => {
    const timestamp = String(Math.floor(now / 1000));
    const own = {
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'provisioning-attempt': String(attempt),
      [hopsHeader]: String(hops + 1),
    };
    const sent = [...Object.entries(own).flat(), ...fixed];
    const shown = { ...own, ...fixedShown };
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
