import type { EventType } from '../../engine/words/catalogue.ts';

interface DialogPlugin {
  eventTypesOf(registry: string): readonly EventType[];
}

/** The event types that these registries know, as the editor has them: deployed or not. */
export function eventTypesOf(registries: readonly string[]): readonly EventType[] {
  const dialog = RED.plugins.getPlugin('provisioning-dialog') as DialogPlugin | undefined;
  const byId = new Map<string, EventType>();
  for (const registry of registries.length > 0 ? registries : ['']) {
    for (const type of dialog?.eventTypesOf(registry) ?? []) byId.set(type.id, type);
  }
  return [...byId.values()];
}
