import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { InvalidInput } from '../words/errors.ts';
import { base64Prefix, isSigningSecret, signingSecretRemedy } from '../words/signing-secret.ts';

/**
 * Signatures of Standard Webhooks, symmetric scheme `v1`: HMAC-SHA256 of `<id>.<timestamp>.<body>`, base64.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

/** What a signature covers. `timestamp` is in seconds since 1970, as the `webhook-timestamp` header has it. */
export interface SignedMessage {
  readonly id: string;
  readonly timestamp: number | string;
  /** Exactly the bytes sent or received. */
  readonly body: string | Uint8Array;
}

/** A secret, `whsec_<base64>` or any other text, or the key that `signingKey` has made of it. */
export type SigningSecret = string | KeyObject;

/**
 * Makes a key of a secret that is used again and again: it signs several times as fast. Blanks around it do not count.
 * @throws InvalidInput when `isSigningSecret` refuses it
 */
export function signingKey(secret: string): KeyObject {
  if (!isSigningSecret(secret)) {
    throw new InvalidInput('signing secret', [{ field: '', message: signingSecretRemedy }]);
  }
  const text = secret.trim();
  return createSecretKey(
    text.startsWith(base64Prefix)
      ? Buffer.from(text.slice(base64Prefix.length), 'base64')
      : Buffer.from(text, 'utf8'),
  );
}

/**
 * Signs with every secret, so that a receiver can go over from one to the next in its own time.
 * @returns the value of `webhook-signature`: `v1,<base64>` for each secret, separated by spaces
 */
export function sign(message: SignedMessage, secrets: readonly SigningSecret[]): string {
  return secrets.map((secret) => `v1,${digest(message, secret).toString('base64')}`).join(' ');
}

/** The three headers of a signed request; undefined where one is missing. */
export interface SignatureHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

export interface VerifyOptions {
  readonly secrets: readonly SigningSecret[];
  /** How far the timestamp may lie from now, before or after. */
  readonly toleranceSeconds: number;
  /** In ms since 1970. */
  readonly now: number;
}

/**
 * Whether one of the signatures is that of one of the secrets, and the timestamp is within the tolerance.
 * The time it takes tells nothing of how much of a signature was right.
 */
export function verify(
  headers: SignatureHeaders,
  body: string | Uint8Array,
  options: VerifyOptions,
): boolean {
  const { id, timestamp, signature } = headers;
  if (!id || !timestamp || !signature || !/^\d{1,15}$/.test(timestamp)) return false;
  if (!(Math.abs(options.now / 1000 - Number(timestamp)) <= options.toleranceSeconds)) return false;
  const given = signature
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice('v1,'.length), 'base64'));
  let matches = false;
  for (const secret of options.secrets) {
    const expected = digest({ id, timestamp, body }, secret);
    for (const candidate of given) {
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) matches = true;
    }
  }
  return matches;
}

function digest({ id, timestamp, body }: SignedMessage, secret: SigningSecret): Buffer {
  const key = typeof secret === 'string' ? signingKey(secret) : secret;
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
