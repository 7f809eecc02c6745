import type { EditorNode } from '../../editor/red.ts';

/** How the nodes of a set look in the palette and in a flow: a name that the user gave is shown in italics. */
export const paletteNode = (set: string, title: string) => ({
  category: 'provisioning',
  color: '#3FADB5',
  icon: `${set}.svg`,
  paletteLabel: () => title,
  label(this: EditorNode) {
    return this.name || title;
  },
  labelStyle(this: EditorNode) {
    return this.name ? 'node_label_italic' : '';
  },
});
