import { dialogPlugin } from '../../editor/dialog-plugin.ts';
import { onEditorEvents } from '../../editor/events.ts';

/** What the plugin says of an event type that the registry does not know; nothing without the plugin. */
export function unknownTypeHint(field: JQuery<HTMLInputElement>, registry: () => string): JQuery {
  return dialogPlugin()?.unknownTypeHint(field, registry) ?? $();
}

/** Has fields say anew what their event types are when another registry is chosen, or one gets other types. */
export function followCatalogue(registryField: JQuery, fields: () => JQuery): void {
  const tell = () => fields().trigger('change');
  registryField.on('change', tell);
  registryField.on('remove', onEditorEvents(['nodes:change'], tell));
}
