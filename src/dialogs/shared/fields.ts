import type { EditorNode } from '../../editor/red.ts';

/** The field of a property or credential in the dialog of its node. */
export function fieldOf(node: EditorNode, property: string): JQuery<HTMLInputElement> {
  return $(`#node-${node._def?.category === 'config' ? 'config-' : ''}input-${property}`);
}

/** A property as it stands in the node's open dialog, else as it is saved, else its default. */
export function propertyOf(node: EditorNode, property: string): unknown {
  const field = openFieldOf(node, property);
  if (field.length === 0) return node[property] ?? node._def?.defaults[property]?.value;
  return isCheckbox(field) ? field.prop('checked') : field.val();
}

/** Whether a credential is entered or stored; `undefined` when the editor can't know. */
export function hasCredential(node: EditorNode, name: string): boolean | undefined {
  const field = openFieldOf(node, name);
  if (field.length > 0) return field.val() !== '';
  return node.credentials && Boolean(node.credentials[name] || node.credentials[`has_${name}`]);
}

/** An absent property means its default; the editor leaves 0, false and '' absent in new config nodes. */
export function showDefaults(node: EditorNode): void {
  for (const [property, { value, type }] of Object.entries(node._def?.defaults ?? {})) {
    if (node[property] !== undefined || type || typeof value === 'object') continue;
    const field = fieldOf(node, property);
    if (isCheckbox(field)) field.prop('checked', value);
    else field.val(value as string | number);
  }
}

/** Shows those of the elements whose attribute has this value, and hides the others. */
export function showOnly(elements: JQuery, attribute: string, value: unknown): void {
  for (const element of elements) $(element).toggle(element.getAttribute(attribute) === value);
  RED.tray.resize();
}

/** Only the dialog that is open on top has fields that speak for its node. */
function openFieldOf(node: EditorNode, property: string): JQuery<HTMLInputElement> {
  return RED.editor.getEditStack().at(-1)?.id === node.id ? fieldOf(node, property) : $();
}

const isCheckbox = (field: JQuery): boolean => field.attr('type') === 'checkbox';
