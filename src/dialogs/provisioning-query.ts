import type { EditorNode } from '../editor/red.ts';
import {
  type Grant,
  grantOf,
  grants,
  type OperationName,
  operationKinds,
  operationNames,
} from '../engine/words/operation.ts';
import { fieldOf, propertyOf } from './shared/fields.ts';
import { paletteNode } from './shared/palette-node.ts';
import { validator } from './shared/problems.ts';
import { referenceOf } from './shared/reference.ts';
import { showRegistry, takeOnlyRegistry } from './shared/registry-field.ts';
import { textsOf } from './shared/texts.ts';

interface QueryNode extends EditorNode {
  operation?: string;
  grants?: readonly string[];
}

const text = textsOf('provisioning-query');
const boxes = '#provisioning-query-grants';

const nameOf = (operation: unknown): OperationName | undefined =>
  operationNames.find((name) => name === operation);

/** What an operation needs that is not granted, in the user's language; '' when nothing is missing. */
function missingGrant(operation: unknown, granted: readonly string[] = []): string {
  const name = nameOf(operation);
  const grant = name && grantOf(name);
  return grant && !granted.includes(grant) ? text('error.missing', { box: text(`grant.${grant}`) }) : '';
}

function showOperations(node: QueryNode): void {
  const field = fieldOf(node, 'operation');
  const option = (value: string, title: string) => $('<option>').val(value).text(title);
  field.append(option('', text('operation.message')));
  const chosen = node.operation ?? '';
  if (referenceOf(chosen) !== undefined) field.append(option(chosen, chosen));
  for (const changes of [false, true]) {
    const group = $('<optgroup>').attr('label', text(changes ? 'group.changes' : 'group.reads'));
    for (const name of operationNames.filter((one) => (grantOf(one) !== null) === changes))
      option(name, `${name}: ${text(`operation.${name}`)}`).appendTo(group);
    field.append(group);
  }
  field.val(chosen);
}

function showGrants(granted: readonly string[]): void {
  for (const grant of grants) {
    const box = $('<input type="checkbox">').css({ width: 'auto', margin: '0 6px 0 0' }).val(grant);
    box.prop('checked', granted.includes(grant));
    const label = $('<label>').css({ display: 'block', width: 'auto' });
    label.append(box, $('<span>').text(text(`grant.${grant}`))).appendTo(boxes);
  }
}

const readGrants = (): string[] =>
  $<HTMLInputElement>(`${boxes} :checked`)
    .toArray()
    .map(({ value }) => value);

/** What follows from the chosen operation: what it takes, and whether it must be granted, and is. */
function showConsequences(operation: unknown): void {
  const name = nameOf(operation);
  const takes = name ? operationKinds[name].takes || '–' : '';
  $('#provisioning-query-parameters').text(text(takes ? 'hint.takes' : 'hint.operation', { takes }));
  const missing = missingGrant(name, readGrants());
  $('#provisioning-query-missing')
    .toggle(missing !== '')
    .children('span')
    .text(missing);
  $('#provisioning-query-grants-row').toggle(!name || grantOf(name) !== null);
}

RED.nodes.registerType<QueryNode>('provisioning-query', {
  ...paletteNode('provisioning-query', text('palette')),
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    registry: { value: '', type: 'provisioning-registry', required: true, label: text('label.registry') },
    operation: {
      value: '',
      label: text('label.operation'),
      validate: validator((operation) =>
        operation && !nameOf(operation) && referenceOf(operation) === undefined
          ? text('error.operation')
          : '',
      ),
    },
    flat: { value: false },
    grants: {
      value: [] as Grant[],
      label: text('label.grants'),
      validate: validator<string[]>((granted, node) => missingGrant(propertyOf(node, 'operation'), granted)),
    },
  },
  inputs: 1,
  outputs: 1,
  onadd: takeOnlyRegistry,
  oneditprepare() {
    showRegistry(this);
    showOperations(this);
    showGrants(this.grants ?? []);
    const operation = fieldOf(this, 'operation');
    operation.add(boxes).on('change', () => showConsequences(operation.val()));
    operation.trigger('change');
  },
  oneditsave() {
    this.grants = readGrants();
  },
});
