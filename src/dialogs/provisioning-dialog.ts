import type { DialogPlugin } from '../editor/dialog-plugin.ts';
import { Catalogue, type OwnEventType, ownGroup } from '../engine/words/catalogue.ts';
import { textsOf } from './shared/texts.ts';

const text = textsOf('provisioning-dialog');
let registryOfNewHandler = '';
let newEventType = '';

const plugin: DialogPlugin = {
  eventTypesOf(registry) {
    const own = (RED.nodes.node(registry)?.['eventTypes'] ?? []) as readonly OwnEventType[];
    const titles = new Map(own.map(({ id, title }) => [id, title]));
    const known = own.filter(({ id }) => id).map((type) => ({ ...type, sample: type.sample ?? {} }));
    return new Catalogue(known).types.map((type) =>
      type.group === ownGroup
        ? { ...type, group: text('group.own'), title: titles.get(type.id) ?? '' }
        : type,
    );
  },

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
