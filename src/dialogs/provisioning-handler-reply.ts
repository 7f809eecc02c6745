import type { EditorNode } from '../editor/red.ts';
import { choice } from './shared/choice.ts';
import { fieldOf, showDefaults } from './shared/fields.ts';
import { labelStyle } from './shared/label-style.ts';
import { textsOf } from './shared/texts.ts';

interface ReplyNode extends EditorNode {
  readonly name?: string;
}

const text = textsOf('provisioning-handler-reply');

RED.nodes.registerType<ReplyNode>('provisioning-handler-reply', {
  category: 'provisioning',
  color: '#3FADB5',
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    outcome: { value: 'message' },
  },
  inputs: 1,
  outputs: 0,
  align: 'right',
  icon: 'provisioning-handler-reply.svg',
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text('palette');
  },
  labelStyle,
  oneditprepare() {
    const outcome = fieldOf(this, 'outcome');
    const explain = () => $('#provisioning-handler-reply-outcome').text(text(`hint.${outcome.val()}`));
    showDefaults(this);
    choice(this, 'outcome', ['message', 'failed'], (value) => text(`outcome.${value}`));
    outcome.on('change', explain);
    explain();
  },
});
