import { eventTypesOf } from '../editor/dialog-plugin.ts';
import { isOn } from '../editor/nodes.ts';
import type { EditorNode, Validator } from '../editor/red.ts';
import { defaultIntakePath, normalisePath } from '../engine/words/intake-path.ts';
import { curlOf } from './event/curl.ts';
import { fire } from './event/fire.ts';
import { choice } from './shared/choice.ts';
import { complete } from './shared/completion.ts';
import { fieldOf, hasCredential, propertyOf, showDefaults, showOnly } from './shared/fields.ts';
import { paletteNode } from './shared/palette-node.ts';
import { eventTypeProblem, validator } from './shared/problems.ts';
import { referenceOf } from './shared/reference.ts';
import { showRegistry, takeOnlyRegistry } from './shared/registry-field.ts';
import { offerSecret, secretProblem } from './shared/secret.ts';
import { textsOf } from './shared/texts.ts';
import { followCatalogue, unknownTypeHint } from './shared/unknown-type.ts';

interface EventNode extends EditorNode {
  readonly eventType?: string;
}

const text = textsOf('provisioning-event');
const credentials: Readonly<Record<string, readonly string[]>> = {
  basic: ['intakeUser', 'intakePassword'],
  bearer: ['intakeToken'],
  signature: ['intakeSecret'],
};

function pathProblem(path = defaultIntakePath, node: EditorNode): string {
  if (!propertyOf(node, 'intake') || referenceOf(path) !== undefined) return '';
  if (!/^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/.test(path)) return text('error.path');
  const other = RED.nodes
    .filterNodes({ type: 'provisioning-event' })
    .find((event) => event.id !== node.id && receivesAt(event, path));
  return other ? text('error.pathInUse', { name: other.name || other.id }) : '';
}

function receivesAt(event: EditorNode, path: string): boolean {
  const its = String(event['path'] ?? defaultIntakePath);
  return Boolean(event['intake']) && normalisePath(its) === normalisePath(path) && isOn(event);
}

/** The credentials that the intake needs and lacks. */
function missingOf(node: EditorNode): readonly string[] {
  const needed = propertyOf(node, 'intake') ? credentials[String(propertyOf(node, 'intakeAuth'))] : undefined;
  return (needed ?? []).filter((name) => hasCredential(node, name) === false);
}

const credential = (name: string): Validator =>
  validator((_value, node) => missingOf(node).includes(name) && text(`error.${name}`));

const secret: Validator = validator<string>((value, node) =>
  missingOf(node).includes('intakeSecret') ? text('error.intakeSecret') : secretProblem(value),
);

/** Only what the chosen way to sign in needs is shown. */
function showIntake(node: EditorNode): void {
  $('#provisioning-event-intake').toggle(fieldOf(node, 'intake').prop('checked'));
  showOnly($('#provisioning-event-intake [data-auth]'), 'data-auth', fieldOf(node, 'intakeAuth').val());
}

/** Says what the type is called, and how its sample is sent to the intake as the dialog now describes it. */
function describe(node: EditorNode): void {
  const entered = (property: string) => fieldOf(node, property).val() ?? '';
  const [eventType, path, auth] = [entered('eventType'), entered('path'), entered('intakeAuth')];
  const types = eventTypesOf(entered('registry'));
  const type = types.find(({ id }) => id === eventType);
  const { sample } = type ?? types[0] ?? {};
  const { httpNodeRoot = '/' } = RED.settings;
  $('#provisioning-event-title').text(type?.title ?? '');
  // Its button as well sends what happens now; the catalogue's samples are of no day.
  const dt = new Date().toISOString().replace(/\.\d+Z$/, '+00:00');
  const envelope = { ...sample, event: { ...sample?.event, dt } };
  $('#provisioning-event-curl').text(curlOf({ origin: location.origin, httpNodeRoot, path, auth }, envelope));
}

RED.nodes.registerType<EventNode>('provisioning-event', {
  ...paletteNode('provisioning-event', text('palette')),
  defaults: {
    configVersion: { value: 1 },
    name: { value: '' },
    registry: { value: '', type: 'provisioning-registry', required: true, label: text('label.registry') },
    eventType: {
      value: '',
      validate: validator<string>((id) => id && referenceOf(id) === undefined && eventTypeProblem(id)),
    },
    objectId: {
      value: 'objectId',
      validate: RED.validators.typedInput({ typeField: 'objectIdType', allowUndefined: true }),
    },
    objectIdType: { value: 'msg' },
    data: {
      value: 'payload',
      validate: RED.validators.typedInput({ typeField: 'dataType', allowUndefined: true }),
    },
    dataType: { value: 'msg' },
    key: {
      value: '',
      validate: RED.validators.typedInput({ typeField: 'keyType', allowBlank: true, allowUndefined: true }),
    },
    keyType: { value: 'msg' },
    intake: { value: false },
    path: { value: defaultIntakePath, validate: validator(pathProblem) },
    intakeAuth: {
      value: 'none',
      validate: validator((_auth, node) => missingOf(node).map((name) => text(`error.${name}`))[0]),
    },
  },
  credentials: {
    intakeUser: { type: 'password', validate: credential('intakeUser') },
    intakePassword: { type: 'password', validate: credential('intakePassword') },
    intakeToken: { type: 'password', validate: credential('intakeToken') },
    previousIntakeToken: { type: 'password' },
    intakeSecret: { type: 'password', validate: secret },
    previousIntakeSecret: { type: 'password', validate: validator(secretProblem) },
  },
  inputs: 1,
  outputs: 1,
  onadd: takeOnlyRegistry,
  label() {
    return this.name || this.eventType || text('palette');
  },
  button: {
    visible() {
      return Boolean(this.eventType);
    },
    enabled() {
      return !this.changed;
    },
    onclick() {
      if (!this.changed) fire(this);
    },
  },
  oneditprepare() {
    const field = (property: string) => fieldOf(this, property);
    showDefaults(this);
    showRegistry(this);
    complete(field('eventType'), () => field('registry').val() ?? '');
    $('#provisioning-event-title').after(
      unknownTypeHint(field('eventType'), () => field('registry').val() ?? ''),
    );
    choice(this, 'intakeAuth', ['none', ...Object.keys(credentials)], (value) => text(`auth.${value}`));
    offerSecret(field('intakeSecret'));
    field('objectId').typedInput({
      types: ['msg', 'flow', 'global', 'str', 'num', 'jsonata', 'env'],
      typeField: field('objectIdType'),
    });
    field('data').typedInput({
      types: ['msg', 'flow', 'global', 'json', 'jsonata', 'env'],
      typeField: field('dataType'),
    });
    field('key').typedInput({
      types: ['msg', 'flow', 'global', 'jsonata', 'env'],
      typeField: field('keyType'),
    });
    followCatalogue(field('registry'), () => field('eventType'));
    for (const property of ['eventType', 'path', 'intakeAuth'])
      field(property).on('input change keyup', () => setTimeout(() => describe(this)));
    for (const property of ['intake', 'intakeAuth']) field(property).on('change', () => showIntake(this));
    $('#provisioning-event-copy').on('click', ({ currentTarget }) => {
      const line = $('#provisioning-event-curl').text();
      RED.clipboard.copyText(line, $(currentTarget), 'clipboard.copyMessageValue');
    });
    describe(this);
    showIntake(this);
  },
});
