import { eventTypesOf } from '../../editor/dialog-plugin.ts';
import { groupOf, isEventPattern } from '../../engine/words/event-type.ts';
import { textsOf } from './texts.ts';

const text = textsOf('provisioning-dialog');

/** What can be entered where event types are asked for, as it is shown. */
export interface Offer {
  readonly value: string;
  readonly title: string;
  readonly group: string;
}

/**
 * The event types of a registry that have all words in their id, title or group; one that is typed in full comes first.
 * @param withPatterns offers `clients.*` and `*` too
 */
export function offersFor(typed: string, registry: string, withPatterns: boolean): readonly Offer[] {
  const words = typed.toLowerCase().split(/\s+/);
  const types = eventTypesOf(registry).map(({ id, title, group }): Offer => ({ value: id, title, group }));
  return [...types, ...(withPatterns ? patternsOf(types) : [])]
    .filter(({ value, title, group }) =>
      words.every((word) => `${value} ${title} ${group}`.toLowerCase().includes(word)),
    )
    .sort((a, b) => Number(b.value === typed) - Number(a.value === typed));
}

/** What a pattern stands for, in words; '' where it is none, or a type that the registry does not know. */
export function titleOf(pattern: string, registry: string): string {
  if (!isEventPattern(pattern)) return '';
  if (pattern === '*') return text('pattern.all');
  if (pattern.endsWith('.*')) return text('pattern.group', { prefix: pattern.slice(0, -1) });
  return eventTypesOf(registry).find(({ id }) => id === pattern)?.title ?? '';
}

function patternsOf(types: readonly Offer[]): Offer[] {
  const groups = new Map(
    types.filter(({ value }) => groupOf(value)).map(({ value, group }) => [`${groupOf(value)}.*`, group]),
  );
  return [['*', ''] as const, ...groups].map(([value, group]) => ({
    value,
    title: titleOf(value, ''),
    group,
  }));
}
