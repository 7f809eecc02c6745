import { listensTo } from '../../engine/words/event-type.ts';
import type { HandlerFilter } from './filters.ts';
import type { HandlerRow } from './handler-rows.ts';

/** The rows that a search finds; without a status, archived ones are hidden. */
export function foundHandlers(
  rows: readonly HandlerRow[],
  filter: HandlerFilter,
  registry: string,
): readonly HandlerRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = [row.id, row.name, row.target, row.deployed?.number, ...row.events].join(' ').toLowerCase();
    return (
      (registry === '' || row.registry === registry) &&
      (filter.status === '' ? row.status !== 'archived' : row.status === filter.status) &&
      (filter.type === '' || row.type === filter.type) &&
      (filter.eventType.trim() === '' ||
        row.events.some((pattern) => listensTo(pattern, filter.eventType.trim()))) &&
      words.every((word) => text.includes(word))
    );
  });
}

/** How a handler comes to be called for an event type: named itself, or by a pattern. */
export function callOf(events: readonly string[], eventType: string): 'direct' | 'pattern' | undefined {
  if (events.includes(eventType)) return 'direct';
  return events.some((pattern) => listensTo(pattern, eventType)) ? 'pattern' : undefined;
}

/**
 * The turns that handlers have in the chain of an event type, from 1, by their ids; each registry has a chain of its
 * own. Who listens and is passed by has none.
 * @param handlers all there are, in chain order
 */
export function turnsOf(handlers: readonly HandlerRow[], eventType: string): ReadonlyMap<string, number> {
  const called = handlers.filter((handler) => isCalled(handler) && callOf(handler.events, eventType));
  const chains = Map.groupBy(called, ({ registry }) => registry);
  return new Map([...chains.values()].flatMap((chain) => chain.map(({ id }, index) => [id, index + 1])));
}

/** Whether its turn comes, as far as it listens; that of one who is held or refused comes too, and waits. */
function isCalled({ status, standing }: HandlerRow): boolean {
  return (status === 'enabled' || status === 'held') && standing !== 'off' && standing !== 'deleted';
}
