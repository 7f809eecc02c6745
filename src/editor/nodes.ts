import type { EditorNode } from './red.ts';

/** The config nodes in the editor, deployed or not. */
export function configNodes(wanted: (node: EditorNode) => boolean): EditorNode[] {
  const nodes: EditorNode[] = [];
  RED.nodes.eachConfig((node) => {
    if (wanted(node)) nodes.push(node);
  });
  return nodes;
}

/** Whether a node takes part once it is deployed: neither it nor its flow is switched off. */
export function isOn({ d, z }: EditorNode): boolean {
  return !d && !RED.nodes.workspace(z)?.disabled;
}
