import type { EditorNode } from '../../editor/red.ts';

/** A name that the user gave is shown in italics. */
export function labelStyle(this: EditorNode): string {
  return this['name'] ? 'node_label_italic' : '';
}
