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
    const text = [row.name, row.target, row.deployed?.number, ...row.events].join(' ').toLowerCase();
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
