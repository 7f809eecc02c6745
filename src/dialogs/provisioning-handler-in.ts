import { isOn } from '../editor/nodes.ts';
import type { EditorNode } from '../editor/red.ts';
import { entrancesOf } from './shared/handlers.ts';
import { labelStyle } from './shared/label-style.ts';
import { validator } from './shared/problems.ts';
import { textsOf } from './shared/texts.ts';

interface HandlerInNode extends EditorNode {
  readonly name?: string;
  readonly handler: string;
}

const text = textsOf('provisioning-handler-in');

function handlerProblem(id = '', node: EditorNode): string {
  const handler = RED.nodes.node(id);
  if (!handler) return text('error.noHandler');
  if (handler['handlerType'] !== 'flow') return text('error.notFlow');
  if (handler.valid === false) return text('error.invalid');
  const other = entrancesOf(id).find((entrance) => entrance.id !== node.id && isOn(entrance));
  return other ? text('error.taken', { name: other['name'] || other.id }) : '';
}

RED.nodes.registerType<HandlerInNode>('provisioning-handler-in', {
  category: 'provisioning',
  color: '#3FADB5',
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
  icon: 'provisioning-handler-in.svg',
  paletteLabel: () => text('palette'),
  label() {
    const handler = RED.nodes.node(this.handler)?.['name'];
    return this.name || (handler as string | undefined) || text('palette');
  },
  labelStyle,
});
