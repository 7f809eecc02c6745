import { configNodes, isOn } from '../editor/nodes.ts';
import type { EditorNode } from '../editor/red.ts';
import { entrancesOf } from './shared/handlers.ts';
import { paletteNode } from './shared/palette-node.ts';
import { validator } from './shared/problems.ts';
import { textsOf } from './shared/texts.ts';

interface HandlerInNode extends EditorNode {
  readonly handler: string;
}

const text = textsOf('provisioning-handler-in');

function handlerProblem(id = '', node: EditorNode): string {
  const handler = RED.nodes.node(id);
  if (!handler) return text('error.noHandler');
  if (handler['handlerType'] !== 'flow') return text('error.notFlow');
  if (handler.valid === false) return text('error.invalid');
  const other = entrancesOf(id).find((entrance) => entrance.id !== node.id && isOn(entrance));
  return other ? text('error.taken', { name: other.name || other.id }) : '';
}

/** The flow handler whose turns come out nowhere, if that is one alone. */
function onlyFreeHandler(): string {
  const [only, ...others] = configNodes(
    ({ id, type, handlerType }) =>
      type === 'provisioning-handler' && handlerType === 'flow' && entrancesOf(id).length === 0,
  );
  return only && others.length === 0 ? only.id : '';
}

RED.nodes.registerType<HandlerInNode>('provisioning-handler-in', {
  ...paletteNode('provisioning-handler-in', text('palette')),
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    handler: {
      value: '',
      type: 'provisioning-handler',
      required: true,
      label: text('label.handler'),
      filter: ({ handlerType }) => handlerType === 'flow',
      validate: validator(handlerProblem),
    },
  },
  inputs: 0,
  outputs: 1,
  onadd() {
    // A node that is pasted is there already, and stays what it is.
    if (!RED.nodes.node(this.id)) Object.assign(this, { handler: onlyFreeHandler() });
  },
  label() {
    return this.name || RED.nodes.node(this.handler)?.name || text('palette');
  },
});
