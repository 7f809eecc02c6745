import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Found = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

const underWay = new Map<string, Found[]>();

/**
 * `dns.lookup`, asked once for all who want the same name at the same time. Each question holds one of the
 * process's few threads until it is answered: without this, one name whose DNS is dead would take them all.
 */
export function sharedLookup(hostname: string, options: Parameters<LookupFunction>[1], found: Found): void {
  const { family, hints } = options;
  const question = `${hostname} ${family} ${hints}`;
  const waiting = underWay.get(question);
  if (waiting) {
    waiting.push(found);
    return;
  }
  const asking = [found];
  underWay.set(question, asking);
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    underWay.delete(question);
    for (const answer of asking) answer(error, addresses ?? []);
  });
}
