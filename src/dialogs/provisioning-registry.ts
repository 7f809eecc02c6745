import { dialogPlugin } from '../editor/dialog-plugin.ts';
import type { EditorNode } from '../editor/red.ts';
import { asData, isRecord } from '../engine/words/absent.ts';
import type { OwnEventType } from '../engine/words/catalogue.ts';
import { orderings, registryBounds, registryDefaults } from '../engine/words/registry-settings.ts';
import { check } from './shared/check.ts';
import { choice } from './shared/choice.ts';
import { showDefaults } from './shared/fields.ts';
import { inputOf, rowList, rowsOf, typedIn } from './shared/list.ts';
import { eventTypeProblem, firstOf, outsideSubflow, validator, within } from './shared/problems.ts';
import { textsOf } from './shared/texts.ts';

interface RegistryNode extends EditorNode {
  eventTypes?: SavedType[];
}

/** A sample that is no JSON stays the text it is. */
type SavedType = Omit<OwnEventType, 'sample'> & { readonly sample?: unknown };

const text = textsOf('provisioning-registry');
const types = () => $('#provisioning-registry-event-types');

const idProblem = (id: string): string => (id ? eventTypeProblem(id) : text('error.id'));

const sampleProblem = (sample: unknown): string => (isRecord(asData(sample)) ? '' : text('error.sample'));

function typesProblem(saved: readonly SavedType[] = []): string {
  const ids = saved.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  return firstOf([
    ...saved.flatMap(({ id, object, sample = {} }) => [
      idProblem(id),
      object ? eventTypeProblem(object) : '',
      sampleProblem(sample),
    ]),
    twice ? text('error.twice', { id: twice }) : '',
  ]);
}

function showType(row: JQuery, { id = '', title = '', object = '', sample = {} }: Partial<SavedType>): void {
  const input = (name: string, value: string, placeholder = text(`label.${name}`)) =>
    inputOf({ name, placeholder, 'aria-label': text(`label.${name}`) }).val(value);
  const idField = input('id', id, 'shop.order.create');
  const objectField = input('object', object);
  const sampleField = input('sample', typeof sample === 'string' ? sample : JSON.stringify(sample), '');
  $('<div class="provisioning-row">').append(idField, input('title', title)).appendTo(row);
  $('<div class="provisioning-row">').css('margin-top', '6px').append(objectField, sampleField).appendTo(row);
  sampleField.typedInput({ types: ['json'] });
  check(idField, (typed) => idProblem(typed.trim()));
  check(objectField, (typed) => typed.trim() && eventTypeProblem(typed.trim()));
  check(sampleField, (typed) => typed && sampleProblem(parsed(typed)));
}

function readType(row: JQuery): SavedType {
  const typed = (name: string) => typedIn(row, `input[name="${name}"]`);
  const [object, sample] = [typed('object'), typed('sample')];
  return {
    id: typed('id'),
    title: typed('title'),
    ...(object && { object }),
    ...(sample && { sample: parsed(sample) }),
  };
}

function parsed(sample: string): unknown {
  try {
    return JSON.parse(sample);
  } catch {
    return sample;
  }
}

const number = (property: keyof typeof registryBounds) => ({
  value: registryDefaults[property],
  validate: within(registryBounds[property]),
});

RED.nodes.registerType<RegistryNode>('provisioning-registry', {
  category: 'config',
  defaults: {
    configVersion: { value: 1 },
    name: { value: '', validate: outsideSubflow() },
    concurrency: number('concurrency'),
    ordering: { value: registryDefaults.ordering },
    claimSeconds: number('claimSeconds'),
    retentionDays: number('retentionDays'),
    retentionEvents: number('retentionEvents'),
    eventTypes: { value: [], validate: validator(typesProblem) },
  },
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text('palette');
  },
  icon: 'provisioning-registry.svg',
  oneditprepare() {
    showDefaults(this);
    choice(this, 'ordering', orderings, (value) => text(`ordering.${value}`));
    const id = dialogPlugin()?.takeNewEventType();
    const items = [...(this.eventTypes ?? []), ...(id ? [{ id, title: '' }] : [])];
    rowList(types(), { add: text('button.addType'), show: showType, items });
  },
  oneditsave() {
    this.eventTypes = rowsOf(types(), readType).filter(({ id, title }) => id || title);
  },
});
