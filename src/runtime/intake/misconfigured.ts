import type { NodeAPI } from 'node-red';
import { InvalidInput } from '../../engine/words/errors.ts';

/**
 * What is wrong with how an intake is set up: it is told at its node, in the language of the runtime.
 * @param field the property; '' when it is none of the node's
 * @param message in that language
 */
export function misconfigured(RED: NodeAPI, field: string, message: string): InvalidInput {
  return new InvalidInput(RED._('provisioning-event.error.intake'), [{ field, message }]);
}
