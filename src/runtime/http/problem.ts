import {
  Conflict,
  InvalidInput,
  type Issue,
  NotFound,
  ProvisioningError,
  TooLarge,
  Unavailable,
} from '../../engine/words/errors.ts';

type Headers = Readonly<Record<string, string>>;

/** What is wrong with a request as HTTP knows it; the engine's own errors say the rest. */
export class HttpProblem extends Error {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly headers: Headers;

  constructor(status: number, code: string, message: string, headers: Headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** An answer that says what is wrong and what to do. */
export interface Problem {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly issues?: readonly Issue[];
    };
  };
}

/** A thousand wrong events would make a longer answer than the request. */
const shownIssues = 20;
const shownCharacters = 2000;

const statuses: readonly (readonly [abstract: abstract new (...args: never) => ProvisioningError, number])[] =
  [
    [InvalidInput, 400],
    [NotFound, 404],
    [Conflict, 409],
    [TooLarge, 413],
    [Unavailable, 503],
  ];

/** @returns undefined for an error that is none of the request's: a defect, to be logged and not to be shown */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof HttpProblem) {
    const { status, headers, code, message } = error;
    return { status, headers, body: { error: { code, message } } };
  }
  if (!(error instanceof ProvisioningError)) return undefined;
  const status = statuses.find(([type]) => error instanceof type)?.[1];
  if (status === undefined) return undefined;
  const headers = error instanceof Unavailable ? { 'retry-after': String(error.retryAfterSeconds) } : {};
  const issues = error instanceof InvalidInput ? error.issues.slice(0, shownIssues) : undefined;
  const message = error.message.slice(0, shownCharacters);
  return { status, headers, body: { error: { code: error.code, message, ...(issues && { issues }) } } };
}

/** What is said of a defect. */
export const defect: Problem = {
  status: 500,
  headers: {},
  body: { error: { code: 'internal', message: 'something went wrong here: see the log of Node-RED' } },
};
