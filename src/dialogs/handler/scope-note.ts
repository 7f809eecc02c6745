import type { EditorNode } from '../../editor/red.ts';

/** Tells that a handler is exported with no flow, as long as it is on all of them and no node of one refers to it. */
export function showScopeNote(note: JQuery, { z, users = [] }: EditorNode): void {
  const opener = RED.editor.getEditStack().at(-2)?.type;
  const isReferred = users.length > 0 || opener === 'provisioning-handler-in';
  const show = (scope: unknown) => void note.toggle(!scope && !isReferred);
  const select = $('#red-ui-editor-config-scope');
  // The editor takes from the select itself whoever listened before it has filled it.
  select.parent().on('change', () => show(select.val()));
  show(z);
}
