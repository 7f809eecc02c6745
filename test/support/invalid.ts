import assert from 'node:assert/strict';
import { InvalidInput } from '../../src/engine/words/errors.ts';

/**
 * The message of each issue by its field, of something that must be refused as invalid.
 * @throws what else it throws, or an AssertionError when it does not refuse
 */
export function issuesOf(work: () => unknown): Record<string, string> {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return Object.fromEntries(error.issues.map(({ field, message }) => [field, message]));
  }
  return assert.fail('it was not refused');
}
