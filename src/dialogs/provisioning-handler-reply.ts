import { choice } from './shared/choice.ts';
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
    choice(
      this,
      'outcome',
      ['message', 'failed'],
      (value) => text(`outcome.${value}`),
      (value) => text(`hint.${value}`),
    );
  },
});
