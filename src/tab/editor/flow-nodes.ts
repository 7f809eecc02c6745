import { dialogPlugin } from '../../editor/dialog-plugin.ts';
import { configNodes, isOn } from '../../editor/nodes.ts';
import type { EditorNode } from '../../editor/red.ts';
import {
  type HandlerStatus,
  type HandlerType,
  handlerDefaults,
} from '../../engine/words/handler-settings.ts';
import { withoutPasswords, withoutUser } from '../../engine/words/http-url.ts';

/** A handler as the editor has it, deployed or not. */
export interface EditedHandler {
  readonly id: string;
  readonly registry: string;
  readonly name: string;
  readonly type: HandlerType;
  readonly target: string;
  readonly events: readonly string[];
  readonly priority: number;
  readonly status: HandlerStatus;
  /** JSONata that events have to meet; '' or null: all are meant. */
  readonly condition?: string | null;
  readonly changed: boolean;
  readonly off: boolean;
  /** What the editor finds wrong with it. */
  readonly problems: readonly string[];
}

const handlerType = 'provisioning-handler';
const registryType = 'provisioning-registry';

/** The registries in the editor, deployed or not. */
export function editedRegistries(): EditorNode[] {
  return configNodes(({ type }) => type === registryType);
}

/** The handlers in the editor, deployed or not. */
export function editedHandlers(): EditedHandler[] {
  return configNodes(({ type }) => type === handlerType).map(editedHandler);
}

export function editHandler(id: string): void {
  RED.editor.editConfig('', handlerType, id, null);
}

/** Opens the dialog of a new handler, with its registry chosen. */
export function addHandler(registry: string): void {
  dialogPlugin()?.addHandler(registry);
}

export function editRegistry(id: string): void {
  RED.editor.editConfig('', registryType, id, null);
}

export function addRegistry(): void {
  RED.editor.editConfig('', registryType, '_ADD_', null);
}

/** Deletes a handler as its dialog would; the editor's undo brings it back. @returns whether it is the last change */
export function deleteHandler(id: string): () => boolean {
  const node = RED.nodes.node(id);
  if (!node) return () => false;
  const event = { t: 'delete', nodes: [node], changes: {}, dirty: RED.nodes.dirty() };
  RED.nodes.remove(id);
  RED.nodes.dirty(true);
  RED.view.redraw(true);
  RED.history.push(event);
  return () => RED.history.peek() === event;
}

/** A registry, its handlers and what they refer to, as JSON for Node-RED's import; without secrets. */
export function flowJsonOf(registry: string): string {
  const nodes = configNodes(
    (node) => node.id === registry || (node.type === handlerType && node['registry'] === registry),
  );
  const exported = RED.nodes.createExportableNodeSet(nodes);
  // What several nodes refer to is exported for each of them.
  const each = [...new Map(exported.map((node) => [node.id, node])).values()];
  return JSON.stringify(each, (key, value) => {
    if (typeof value !== 'string') return value;
    return key === 'url' ? withoutUser(value) : withoutPasswords(value);
  });
}

/** What the editor tells when nodes of the flows change in it, or are deployed. */
export const flowChanges = [
  'nodes:add',
  'nodes:change',
  'nodes:remove',
  'flows:change',
  'deploy',
  'workspace:dirty',
] as const;

function editedHandler(node: EditorNode): EditedHandler {
  const type = (textOf(node['handlerType']) || handlerDefaults.handlerType) as EditedHandler['type'];
  const events = node['events'];
  return {
    id: node.id,
    registry: textOf(node['registry']),
    name: textOf(node['name']),
    type,
    target: targetOf(type, node),
    events: Array.isArray(events) ? events.map(String) : [],
    priority: Number(node['priority'] ?? handlerDefaults.priority),
    status: (textOf(node['handlerStatus']) || handlerDefaults.handlerStatus) as EditedHandler['status'],
    condition: textOf(node['condition']).trim(),
    changed: node.changed === true,
    off: !isOn(node),
    problems: node.valid === false ? (node.validationErrors ?? []) : [],
  };
}

/** As the runtime describes it once it is deployed. */
function targetOf(type: EditedHandler['type'], node: EditorNode): string {
  if (type === 'local') return textOf(node['command']);
  if (type !== 'http') return '';
  const address = withoutUser(textOf(node['url'])).replace(/\?.*/s, '?…');
  return `${textOf(node['method']) || handlerDefaults.method} ${address}`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
