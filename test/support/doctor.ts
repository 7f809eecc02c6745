import type { Sign } from '../../src/engine/words/diagnosis.ts';
import { type Handler, handlerSchema } from '../../src/engine/words/handler.ts';
import { findingOf } from '../../src/runtime/doctor/findings.ts';
import type { HandlerFacts } from '../../src/runtime/doctor/handler-facts.ts';

export const registry = { id: 'registry', name: 'Billing' };

/** What was found, in short; all of it has texts. */
export function found(signs: readonly Sign[]): string[] {
  return signs.map(findingOf).map(({ level, check, sign }) => `${level} ${check}.${sign}`);
}

export function factsOf(config: object, isInUse = true): HandlerFacts {
  const handler: Handler = handlerSchema.parse({ id: 'handler', name: 'CRM', ...config });
  return { registry, handler: { id: handler.id, number: 3, name: handler.name }, config: handler, isInUse };
}
