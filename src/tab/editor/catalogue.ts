import { eventTypesOf as typesOf } from '../../editor/dialog-plugin.ts';
import type { EventType } from '../../engine/words/catalogue.ts';

/** The event types that these registries know, as the editor has them: deployed or not. */
export function eventTypesOf(registries: readonly string[]): readonly EventType[] {
  const byId = new Map<string, EventType>();
  for (const registry of registries.length > 0 ? registries : ['']) {
    for (const type of typesOf(registry)) byId.set(type.id, type);
  }
  return [...byId.values()];
}
