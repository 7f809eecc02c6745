import type { IncomingHttpHeaders } from 'node:http';
import { type InvalidInput, Unavailable } from '../../engine/words/errors.ts';
import { HttpProblem } from '../http/problem.ts';

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

/** Everybody may send events. */
export const openGuard: Guard = {
  open: true,
  keyHeaders: ['idempotency-key', 'webhook-id', 'svix-id'],
  admit: () => undefined,
  verify: () => undefined,
};

/** Seconds after which a sender may try an intake again that is not set up. */
const setUpTime = 60;

/** Of an intake whose way to sign in is not set up: senders shall come again. */
export function closedGuard(problem: InvalidInput): Guard {
  return {
    ...openGuard,
    open: false,
    problem,
    admit() {
      throw new Unavailable('this intake is not set up: its event node in Node-RED says why', setUpTime);
    },
  };
}

/** Of the headers that hold a request's key. */
export const keyShape = /^[\x21-\x7e]{1,255}$/;
export const keyRemedy = 'must be 1 to 255 visible ASCII characters';

/** @param headers of the answer, such as the challenge */
export function unauthorized(message: string, headers: Readonly<Record<string, string>> = {}): HttpProblem {
  return new HttpProblem(401, 'unauthorized', message, headers);
}
