import type { EventType } from '../engine/words/catalogue.ts';
import type { PluginDefinition } from './red.ts';

/** What the pages of all nodes and the tab have of one: the catalogue, and what is meant for the next dialog. */
export interface DialogPlugin extends PluginDefinition {
  /** The event types of a registry: the built-in ones and its own, deployed or not, which win. */
  eventTypesOf(registry: string): readonly EventType[];
  /**
   * What to do about an event type that is entered and that the registry does not know: it may be meant, so it is no
   * error. Silent about one that is known, and about what is none.
   * @param registry tells the registry's id
   * @returns what is to be put below the field
   */
  unknownTypeHint(field: JQuery<HTMLInputElement>, registry: () => string): JQuery;
  /** Opens the dialog of a new handler of this registry. */
  addHandler(registry: string): void;
  /** Opens the dialog of a registry with this event type among its own, to be described there. */
  addEventType(registry: string, eventType: string): void;
  /** The event type that the registry's dialog is to have beside those it has, once; '' for none. */
  takeNewEventType(): string;
  /** The registry that a new handler is meant for, once; '' when nobody has said. */
  takeRegistryOfNewHandler(): string;
}

/** @returns undefined while the editor has nodes of the package, but not yet its plugins, as after an installation */
export function dialogPlugin(): DialogPlugin | undefined {
  return RED.plugins.getPlugin('provisioning-dialog') as DialogPlugin | undefined;
}

/** The event types that these registries know, each once; the built-in ones where there is no registry. */
export function eventTypesOf(...registries: readonly string[]): readonly EventType[] {
  const known = registries.length > 0 ? registries : [''];
  const types = known.flatMap((registry) => dialogPlugin()?.eventTypesOf(registry) ?? []);
  return [...new Map(types.map((type) => [type.id, type])).values()];
}
