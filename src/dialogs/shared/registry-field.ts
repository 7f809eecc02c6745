import { configNodes } from '../../editor/nodes.ts';
import type { EditorNode } from '../../editor/red.ts';
import { fieldOf } from './fields.ts';
import { textsOf } from './texts.ts';

const text = textsOf('provisioning-dialog');

/** For `onadd` of a node's definition: a new node takes the only registry that it can have. */
export function takeOnlyRegistry(this: EditorNode): void {
  // A node that is pasted is there already, and stays what it is.
  if (!RED.nodes.node(this.id)) Object.assign(this, { registry: onlyRegistryFor(this) });
}

/**
 * Chooses the only registry in the dialog of a node that has none, and says what to do where there is none at all.
 * @param meant for the node, by who has opened its dialog
 */
export function showRegistry(node: EditorNode, meant = ''): void {
  const field = fieldOf(node, 'registry');
  if (!node['registry']) field.val(meant || onlyRegistryFor(node) || (field.val() ?? ''));
  const hint = $('<div class="provisioning-hint">').text(text('hint.noRegistry'));
  hint.appendTo(field.closest('.form-row'));
  const judge = () => void hint.toggle(registriesFor(node).length === 0);
  field.on('change', judge);
  judge();
}

function onlyRegistryFor(node: EditorNode): string {
  const [only, ...others] = registriesFor(node);
  return only && others.length === 0 ? only.id : '';
}

/** Those that a node can have: a registry may be there for one flow alone. */
function registriesFor({ z }: EditorNode): EditorNode[] {
  return configNodes(
    (config) => config.type === 'provisioning-registry' && !config.d && (!config.z || config.z === z),
  );
}
