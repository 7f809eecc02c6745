import { InvalidInput, messageOf } from '../../engine/words/errors.ts';
import type { OperationName } from '../../engine/words/operation.ts';
import { codeOf, statusOf } from '../http/answer.ts';

/** Why a query node has not done what it was asked: `code` and `statusCode` are those of the admin API. */
export class Refusal extends Error {
  readonly code: string;
  readonly statusCode: number;

  /** @param operation null when the message names none that there is */
  constructor(operation: OperationName | null, error: unknown) {
    super(operation === null ? messageOf(error) : textOf(operation, error));
    this.code = codeOf(error);
    this.statusCode = statusOf(error);
    if (this.statusCode === 500) this.cause = error;
  }

  /** A Catch node puts it before the message, which is for people. */
  override get name(): string {
    return '';
  }
}

/** What is wrong with parameters is told without the name of their place, which is another one in HTTP. */
function textOf(operation: OperationName, error: unknown): string {
  return error instanceof InvalidInput
    ? new InvalidInput(operation, error.issues).message
    : `${operation}: ${messageOf(error)}`;
}
