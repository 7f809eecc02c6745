import { choice } from './shared/choice.ts';
import { fieldOf, showDefaults } from './shared/fields.ts';
import { paletteNode } from './shared/palette-node.ts';
import { textsOf } from './shared/texts.ts';

const text = textsOf('provisioning-handler-reply');

RED.nodes.registerType('provisioning-handler-reply', {
  ...paletteNode('provisioning-handler-reply', text('palette')),
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    outcome: { value: 'message' },
  },
  inputs: 1,
  outputs: 0,
  align: 'right',
  oneditprepare() {
    const outcome = fieldOf(this, 'outcome');
    const explain = () => $('#provisioning-handler-reply-outcome').text(text(`hint.${outcome.val()}`));
    showDefaults(this);
    choice(this, 'outcome', ['message', 'failed'], (value) => text(`outcome.${value}`));
    outcome.on('change', explain);
    explain();
  },
});
