/** One thing wrong with an input: the path of the field and what to do about it. */
export interface Issue {
  readonly field: string;
  readonly message: string;
}

/** What an error says; of whatever else was thrown, its text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What every border translates: HTTP status, node status or log line follow from the class. */
export abstract class ProvisioningError extends Error {
  /** Stable, for programs; the message is for people. */
  abstract readonly code: string;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The input is wrong; nothing was journaled. Each issue names its field and the remedy. */
export class InvalidInput extends ProvisioningError {
  readonly code = 'invalid';
  readonly issues: readonly Issue[];
  constructor(what: string, issues: readonly Issue[]) {
    super(
      `${what}: ${issues.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')}`,
    );
    this.issues = issues;
  }
}

/** There is no such registry, handler, event or execution. */
export class NotFound extends ProvisioningError {
  readonly code = 'not_found';
}

/** The request is well-formed, but the present state forbids it. */
export class Conflict extends ProvisioningError {
  readonly code = 'conflict';
}

/** The input is larger than the bound that the message names. */
export class TooLarge extends ProvisioningError {
  readonly code = 'too_large';
}

/** It can't be journaled now; nothing was accepted. Try again after `retryAfterSeconds`. */
export class Unavailable extends ProvisioningError {
  readonly code = 'unavailable';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds = 5) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The journal can't keep this one thing, whenever it is tried; others are kept. */
export class WriteRefused extends Unavailable {}
