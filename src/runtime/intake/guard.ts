import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { NodeAPI } from 'node-red';
import { type InvalidInput, Unavailable } from '../../engine/words/errors.ts';
import { isSigningSecret } from '../../engine/words/signing-secret.ts';
import { misconfigured } from './misconfigured.ts';
import { signatureGuard } from './signature-guard.ts';
import { unauthorized } from './unauthorized.ts';

export interface IntakeCredentials {
  readonly intakeUser?: string;
  readonly intakePassword?: string;
  readonly intakeToken?: string;
  /** Good too while senders go over to the new one, like `previousIntakeSecret`. */
  readonly previousIntakeToken?: string;
  readonly intakeSecret?: string;
  readonly previousIntakeSecret?: string;
}

/** Who may send events: the first question is asked before the body is read, the second when it is there. */
export interface Guard {
  /** @throws HttpProblem 401 */
  admit(headers: IncomingHttpHeaders): void;
  /** @throws HttpProblem 401 */
  verify(headers: IncomingHttpHeaders, body: Uint8Array): void;
  /** Everybody may. */
  readonly open: boolean;
  /** Nobody may, because of this. */
  readonly problem?: InvalidInput;
  /** Which may hold a request's key, the first that is there: what is signed must not be replayed under another one. */
  readonly keyHeaders: readonly string[];
}

/** Seconds after which a sender may try an intake again that is not set up. */
const setUpTime = 60;

const nothing = (): void => undefined;
const keyHeaders = ['idempotency-key', 'webhook-id', 'svix-id'];

/** @throws InvalidInput for a way to sign in that is unknown, or lacks its secret: it must never be an open door */
export function guardOf(RED: NodeAPI, auth: unknown, credentials: IntakeCredentials): Guard {
  switch (auth ?? 'none') {
    case 'none':
      return { admit: nothing, verify: nothing, open: true, keyHeaders };
    case 'basic':
      return basicGuard(
        required(RED, 'intakeUser', credentials.intakeUser, RED._('provisioning-event.error.noUser')),
        required(
          RED,
          'intakePassword',
          credentials.intakePassword,
          RED._('provisioning-event.error.noPassword'),
        ),
      );
    case 'bearer':
      return bearerGuard([
        required(RED, 'intakeToken', credentials.intakeToken, RED._('provisioning-event.error.noToken')),
        ...previous(RED, 'previousIntakeToken', credentials.previousIntakeToken),
      ]);
    case 'signature':
      return signatureGuard([
        signingSecret(
          RED,
          'intakeSecret',
          required(RED, 'intakeSecret', credentials.intakeSecret, RED._('provisioning-event.error.noSecret')),
        ),
        ...previous(RED, 'previousIntakeSecret', credentials.previousIntakeSecret).map((secret) =>
          signingSecret(RED, 'previousIntakeSecret', secret),
        ),
      ]);
    default:
      throw misconfigured(RED, 'intakeAuth', RED._('provisioning-event.error.auth'));
  }
}

/** Of an intake whose way to sign in is not set up: senders shall come again. */
export function closedGuard(problem: InvalidInput): Guard {
  return {
    open: false,
    keyHeaders,
    problem,
    verify: nothing,
    admit() {
      throw new Unavailable('this intake is not set up: its event node in Node-RED says why', setUpTime);
    },
  };
}

function basicGuard(user: string, password: string): Guard {
  const expected = `${user}:${password}`;
  return admitting('Basic realm="provisioning", charset="UTF-8"', 'the user name or the password', (given) =>
    equals(Buffer.from(credentialsOf('basic', given), 'base64').toString('utf8'), expected),
  );
}

function bearerGuard(tokens: readonly string[]): Guard {
  return admitting('Bearer realm="provisioning"', 'the token', (given) => {
    const token = credentialsOf('bearer', given);
    // A header has no blanks at its ends.
    return tokens.some((one) => equals(token, one.trim()));
  });
}

function admitting(challenge: string, what: string, isRight: (authorization: string) => boolean): Guard {
  return {
    open: false,
    keyHeaders,
    verify: nothing,
    admit({ authorization }) {
      const headers = { 'www-authenticate': challenge };
      if (authorization === undefined)
        throw unauthorized('this intake needs an Authorization header', headers);
      if (!isRight(authorization)) throw unauthorized(`${what} is wrong`, headers);
    },
  };
}

function required(RED: NodeAPI, field: string, value: string | undefined, missing: string): string {
  // Of blanks alone nothing is left in a header, as of no secret at all.
  if (!value?.trim()) throw misconfigured(RED, field, missing);
  // Node-RED leaves a reference as it stands when nothing has that name: everybody could read it off the flow.
  if (/^\$(?:\{\S+\}|\(\S+\))$/.test(value))
    throw misconfigured(RED, field, RED._('provisioning-event.error.notSet', { reference: value }));
  return value;
}

/** What may be missing. */
function previous(RED: NodeAPI, field: string, value: string | undefined): string[] {
  return value?.trim() ? [required(RED, field, value, '')] : [];
}

function signingSecret(RED: NodeAPI, field: string, secret: string): string {
  if (isSigningSecret(secret)) return secret;
  throw misconfigured(RED, field, RED._('provisioning-event.error.badSecret'));
}

/** What follows the scheme of an Authorization header; '' when it is of another scheme. */
function credentialsOf(scheme: string, authorization: string): string {
  const [, given = '', credentials = ''] = /^(\S+) +(.+)$/.exec(authorization) ?? [];
  return given.toLowerCase() === scheme ? credentials : '';
}

/** The time it takes tells nothing of how much was right. */
function equals(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
