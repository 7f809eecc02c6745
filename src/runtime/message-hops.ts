import type { NodeMessageInFlow } from 'node-red';
import { parseHops } from '../engine/words/hops.ts';

/** A message on its way through a handler's flow says how many calls of handlers have led to it. @throws InvalidInput */
export function hopsOf(msg: NodeMessageInFlow): number {
  const { provisioning } = msg as { readonly provisioning?: { readonly hops?: unknown } | null };
  return parseHops('msg.provisioning.hops', provisioning?.hops);
}
