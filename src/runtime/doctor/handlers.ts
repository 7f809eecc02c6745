import type { Sign } from '../../engine/words/diagnosis.ts';
import { aboutHandler, type HandlerFacts, levelOf } from './handler-facts.ts';
import { signOf } from './sign.ts';

/** @param nameless what is wrong with handlers of which nothing else is known */
export function checkHandlers(handlers: readonly HandlerFacts[], nameless: readonly string[]): Sign[] {
  const refused = handlers.flatMap((facts) => {
    if (!('problem' in facts.config)) return [];
    const values = { reason: facts.config.problem };
    return signOf(levelOf(facts), 'handlers', 'refused', { ...aboutHandler(facts), values });
  });
  const unknown = nameless.map((reason) => signOf('error', 'handlers', 'refused', { values: { reason } }));
  return [...refused, ...unknown];
}
