import type { EditorNode } from '../editor/red.ts';
import { logDefaults, type ShownStatus } from '../engine/words/execution.ts';
import { fieldOf, propertyOf, showDefaults } from './shared/fields.ts';
import { chosenHandlers, showHandlerChoice } from './shared/handler-choice.ts';
import { paletteNode } from './shared/palette-node.ts';
import { patternList, readPatterns } from './shared/pattern-list.ts';
import { patternsProblem, validator } from './shared/problems.ts';
import { showRegistry, takeOnlyRegistry } from './shared/registry-field.ts';
import { textsOf } from './shared/texts.ts';

interface LogNode extends EditorNode {
  events?: readonly string[];
  handlers?: readonly string[];
  statuses?: readonly string[];
}

const text = textsOf('provisioning-log');
const statuses: readonly ShownStatus[] = ['succeeded', 'failed', 'skipped', 'cancelled', 'parked', 'running'];

function showStatuses(chosen: readonly string[]): void {
  for (const status of statuses) {
    const box = $('<input type="checkbox">').css({ width: 'auto', margin: '0 6px 0 0' }).val(status);
    box.prop('checked', chosen.includes(status));
    const label = $('<label>').css({ width: 'auto', marginRight: '18px' });
    label.append(box, $('<span>').text(text(`status.${status}`))).appendTo('#provisioning-log-statuses');
  }
}

function readStatuses(): string[] {
  return $<HTMLInputElement>('#provisioning-log-statuses :checked')
    .toArray()
    .map(({ value }) => value);
}

RED.nodes.registerType<LogNode>('provisioning-log', {
  ...paletteNode('provisioning-log', text('palette')),
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    registry: { value: '', type: 'provisioning-registry', required: true, label: text('label.registry') },
    events: { value: [], validate: validator(patternsProblem) },
    handlers: { value: [], type: 'provisioning-handler[]' },
    statuses: {
      value: logDefaults.statuses,
      validate: validator<string[]>(
        (chosen, node) => chosen?.length === 0 && !propertyOf(node, 'circuits') && text('error.nothing'),
      ),
    },
    circuits: { value: logDefaults.circuits },
  },
  inputs: 0,
  outputs: 1,
  onadd: takeOnlyRegistry,
  oneditprepare() {
    const registry = fieldOf(this, 'registry');
    showDefaults(this);
    showRegistry(this);
    showStatuses(this.statuses ?? logDefaults.statuses);
    patternList($('#provisioning-log-events'), this.events ?? [], registry);
    showHandlerChoice($('#provisioning-log-handlers'), new Set(this.handlers), registry);
  },
  oneditsave() {
    this.statuses = readStatuses();
    this.events = readPatterns($('#provisioning-log-events'));
    this.handlers = chosenHandlers($('#provisioning-log-handlers'), fieldOf(this, 'registry').val());
  },
});
