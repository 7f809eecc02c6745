import type { AddressGuard } from '../../engine/targets/http/address-guard.ts';
import { endpointOf, reach } from '../../engine/targets/http/reach.ts';
import type { Sign } from '../../engine/words/diagnosis.ts';
import type { HttpHandler } from '../../engine/words/handler.ts';
import { aboutHandler, type HandlerFacts, levelOf } from './handler-facts.ts';
import { signOf } from './sign.ts';

/** How many are reached at a time, and how long each may take, in ms, and all of them together. */
const atATime = 8;
const patience = 10_000;
const patienceWithAll = 60_000;

export type HttpFacts = HandlerFacts & { readonly config: HttpHandler };

/** Handlers that call an address. */
export function withAddress(handlers: readonly HandlerFacts[]): HttpFacts[] {
  return handlers.filter(
    (facts): facts is HttpFacts => facts.config.handlerType === 'http' && !('problem' in facts.config),
  );
}

/** Reaches the endpoints of handlers as far as that is possible without calling them. */
export async function checkTargets(handlers: readonly HttpFacts[], guard: AddressGuard): Promise<Sign[]> {
  const until = performance.now() + patienceWithAll;
  const signs: Sign[] = [];
  const waiting = handlers.entries();
  const reachOn = async () => {
    // They share the iterator: each takes the next one.
    for (const [at, facts] of waiting) signs[at] = await checkTarget(facts, guard, until);
  };
  await Promise.all(Array.from({ length: atATime }, reachOn));
  return signs;
}

async function checkTarget(facts: HttpFacts, guard: AddressGuard, until: number): Promise<Sign> {
  const about = { ...aboutHandler(facts), subject: endpointOf(facts.config) };
  if (performance.now() >= until) return signOf('notice', 'targets', 'late', about);
  const reached = await reach(facts.config, guard, patience);
  if ('problem' in reached) {
    const values = { reason: reached.problem };
    return signOf(levelOf(facts), 'targets', 'unreached', { ...about, values });
  }
  const { peer, ms, atProxy, unverified } = reached;
  const values = { peer, ms: Math.ceil(ms) };
  if (atProxy) return signOf('ok', 'targets', 'proxyReached', { ...about, values });
  if (unverified) return signOf('notice', 'targets', 'unverified', { ...about, values });
  return signOf('ok', 'targets', 'reached', { ...about, values });
}
