import { createHash, timingSafeEqual } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { InvalidInput } from '../../engine/words/errors.ts';
import { isSigningSecret } from '../../engine/words/signing-secret.ts';
import { password } from '../node-outcome.ts';
import { type Guard, openGuard, unauthorized } from './guard.ts';
import { signatureGuard } from './signature-guard.ts';

/** As an event node has them. The previous ones are good too while senders go over to the new ones. */
export const intakeCredentials = {
  intakeUser: password,
  intakePassword: password,
  intakeToken: password,
  previousIntakeToken: password,
  intakeSecret: password,
  previousIntakeSecret: password,
};
export type IntakeCredentials = Readonly<Partial<Record<keyof typeof intakeCredentials, string>>>;

/** @throws InvalidInput for a way to sign in that is unknown, or lacks its secret: it must never be an open door */
export function guardOf(RED: NodeAPI, auth: unknown, credentials: IntakeCredentials): Guard {
  const text = (key: string, inserts = {}) => RED._(`provisioning-event.${key}`, inserts);
  const required = (field: keyof IntakeCredentials, missing: string): string => {
    const value = credentials[field];
    // Of blanks alone nothing is left in a header, as of no secret at all.
    if (!value?.trim()) throw misconfigured(RED, field, missing);
    // Node-RED leaves a reference as it stands when nothing has that name: everybody could read it off the flow.
    if (/^\$(?:\{\S+\}|\(\S+\))$/.test(value))
      throw misconfigured(RED, field, text('error.notSet', { reference: value }));
    if (auth === 'signature' && !isSigningSecret(value))
      throw misconfigured(RED, field, text('error.badSecret'));
    return value;
  };
  const withPrevious = (field: 'intakeToken' | 'intakeSecret', missing: string): string[] => {
    const previous = field === 'intakeToken' ? 'previousIntakeToken' : 'previousIntakeSecret';
    const current = required(field, missing);
    return credentials[previous]?.trim() ? [current, required(previous, missing)] : [current];
  };
  switch (auth ?? 'none') {
    case 'none':
      return openGuard;
    case 'basic':
      return basicGuard(
        required('intakeUser', text('error.noUser')),
        required('intakePassword', text('error.noPassword')),
      );
    case 'bearer':
      return bearerGuard(withPrevious('intakeToken', text('error.noToken')));
    case 'signature':
      return signatureGuard(withPrevious('intakeSecret', text('error.noSecret')));
    default:
      throw misconfigured(RED, 'intakeAuth', text('error.auth'));
  }
}

/**
 * What is wrong with how an intake is set up: it is told at its node, in the language of the runtime.
 * @param field the property; '' when it is none of the node's
 * @param message in that language
 */
export function misconfigured(RED: NodeAPI, field: string, message: string): InvalidInput {
  return new InvalidInput(RED._('provisioning-event.error.intake'), [{ field, message }]);
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
  const refuse = (message: string) => unauthorized(message, { 'www-authenticate': challenge });
  return {
    ...openGuard,
    open: false,
    admit({ authorization }) {
      if (authorization === undefined) throw refuse('this intake needs an Authorization header');
      if (!isRight(authorization)) throw refuse(`${what} is wrong`);
    },
  };
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
