import type { EditorNode } from '../editor/red.ts';
import { watchBounds, watchDefaults } from '../engine/words/alarm.ts';
import { fieldOf, propertyOf, showDefaults } from './shared/fields.ts';
import { chosenHandlers, showHandlerChoice } from './shared/handler-choice.ts';
import { paletteNode } from './shared/palette-node.ts';
import { patternList, readPatterns } from './shared/pattern-list.ts';
import { patternsProblem, validator, within } from './shared/problems.ts';
import { showRegistry, takeOnlyRegistry } from './shared/registry-field.ts';
import { textsOf } from './shared/texts.ts';

interface WatchNode extends EditorNode {
  events?: readonly string[];
  handlers?: readonly string[];
}

const text = textsOf('provisioning-watch');

const number = (property: keyof typeof watchBounds) => ({
  value: watchDefaults[property],
  validate: within(watchBounds[property]),
  label: text(`label.${property}`),
});

/** Whether a node would watch nothing at all. */
function watchesNothing(node: EditorNode): boolean {
  const numbers = ['failures', 'backlogMinutes', 'objectMinutes'] as const;
  return (
    !propertyOf(node, 'circuits') && numbers.every((property) => Number(propertyOf(node, property)) === 0)
  );
}

RED.nodes.registerType<WatchNode>('provisioning-watch', {
  ...paletteNode('provisioning-watch', text('palette')),
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    registry: { value: '', type: 'provisioning-registry', required: true, label: text('label.registry') },
    failures: number('failures'),
    failureMinutes: number('failureMinutes'),
    circuits: {
      value: watchDefaults.circuits,
      validate: validator((_on, node) => watchesNothing(node) && text('error.nothing')),
    },
    backlogMinutes: number('backlogMinutes'),
    objectMinutes: number('objectMinutes'),
    events: { value: [], validate: validator(patternsProblem) },
    handlers: { value: [], type: 'provisioning-handler[]' },
  },
  inputs: 0,
  outputs: 1,
  onadd: takeOnlyRegistry,
  oneditprepare() {
    const registry = fieldOf(this, 'registry');
    showDefaults(this);
    showRegistry(this);
    patternList($('#provisioning-watch-events'), this.events ?? [], registry);
    showHandlerChoice($('#provisioning-watch-handlers'), new Set(this.handlers), registry);
  },
  oneditsave() {
    this.events = readPatterns($('#provisioning-watch-events'));
    this.handlers = chosenHandlers($('#provisioning-watch-handlers'), fieldOf(this, 'registry').val());
  },
});
