import type { DialogPlugin } from '../editor/dialog-plugin.ts';
import { Catalogue, type EventType, type OwnEventType, ownGroup } from '../engine/words/catalogue.ts';
import { unknownTypeHint } from './catalogue/unknown-type-hint.ts';
import { textsOf } from './shared/texts.ts';

const text = textsOf('provisioning-dialog');
let registryOfNewHandler = '';
let newEventType = '';

/** A built-in type with its title and group in the user's language. */
function translated(type: EventType): EventType {
  const title = text(`title.${keyOf(type.id)}`);
  const group = text(`group.${keyOf(type.group)}`);
  // A text that is not there is its key.
  return title.includes('provisioning-dialog.') ? type : { ...type, title, group };
}

/** A dot in a key would lead further down. */
const keyOf = (name: string): string => name.toLowerCase().replace(/\W/g, '_');

const plugin: DialogPlugin = {
  eventTypesOf(registry) {
    const own = (RED.nodes.node(registry)?.['eventTypes'] ?? []) as readonly OwnEventType[];
    const titles = new Map(own.map(({ id, title }) => [id, title]));
    const known = own.filter(({ id }) => id).map((type) => ({ ...type, sample: type.sample ?? {} }));
    return new Catalogue(known).types.map((type) =>
      type.group === ownGroup
        ? { ...type, group: text('group.own'), title: titles.get(type.id) ?? '' }
        : translated(type),
    );
  },

  unknownTypeHint,

  addHandler(registry) {
    registryOfNewHandler = registry;
    RED.editor.editConfig('', 'provisioning-handler', '_ADD_', null);
  },

  addEventType(registry, eventType) {
    newEventType = eventType;
    RED.editor.editConfig('', 'provisioning-registry', registry, null);
  },

  takeNewEventType() {
    const eventType = newEventType;
    newEventType = '';
    return eventType;
  },

  takeRegistryOfNewHandler() {
    const registry = registryOfNewHandler;
    registryOfNewHandler = '';
    return registry;
  },
};

RED.plugins.registerPlugin('provisioning-dialog', plugin);
