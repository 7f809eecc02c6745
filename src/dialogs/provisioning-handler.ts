import { type HttpExpression, handlerBounds, handlerDefaults } from '../engine/words/handler-settings.ts';
import { type HandlerNode, readForm, showForm } from './handler/form.ts';
import type { NamedValue } from './handler/literal-secrets.ts';
import {
  commandProblem,
  conditionProblem,
  credentialProblem,
  delaysProblem,
  expressionProblem,
  headersProblem,
  urlProblem,
  variableProblem,
} from './handler/problems.ts';
import { firstOf, outsideSubflow, patternsProblem, validator, within } from './shared/problems.ts';
import { secretProblem } from './shared/secret.ts';
import { textsOf } from './shared/texts.ts';

const text = textsOf('provisioning-handler');
const configVersion = 2;

const number = (property: keyof typeof handlerDefaults & keyof typeof handlerBounds, label: string) => ({
  value: handlerDefaults[property],
  label,
  validate: within(handlerBounds[property]),
});

const expression = (property: HttpExpression) => ({
  value: handlerDefaults[property],
  label: text(`label.${property}`),
  validate: validator<string>((value, node) => expressionProblem(property, value, node)),
});

RED.nodes.registerType<HandlerNode>('provisioning-handler', {
  category: 'config',
  hasUsers: false,
  defaults: {
    configVersion: { value: configVersion },
    name: { value: '', validate: outsideSubflow() },
    registry: { value: '', type: 'provisioning-registry', required: true, label: text('label.registry') },
    events: {
      value: [],
      label: text('label.events'),
      validate: validator<string[]>((patterns = []) =>
        patterns.length === 0 ? text('error.noEvents') : patternsProblem(patterns),
      ),
    },
    handlerStatus: { value: handlerDefaults.handlerStatus },
    priority: number('priority', text('label.priority')),
    handlerType: { value: handlerDefaults.handlerType },
    timeoutSeconds: number('timeoutSeconds', text('label.timeout')),
    condition: {
      value: handlerDefaults.condition,
      label: text('section.condition'),
      validate: validator(conditionProblem),
    },
    conditionRow: { value: handlerDefaults.conditionRow },
    onFailure: { value: handlerDefaults.onFailure },
    retryDelays: {
      value: handlerDefaults.retryDelays,
      validate: validator((delays = []) => delaysProblem(delays)),
    },
    retryOn: { value: handlerDefaults.retryOn },
    concurrency: number('concurrency', text('label.concurrency')),
    ratePerSecond: number('ratePerSecond', text('label.rate')),
    url: { value: '', validate: validator(urlProblem) },
    method: { value: handlerDefaults.method },
    headers: { value: [], validate: validator(headersProblem) },
    body: { value: handlerDefaults.body },
    bodyExpression: expression('bodyExpression'),
    successRule: expression('successRule'),
    responsePart: expression('responsePart'),
    auth: { value: handlerDefaults.auth, validate: validator((_auth, node) => credentialProblem(node)) },
    tls: { value: '', type: 'tls-config', required: false, label: text('label.tls') },
    proxy: { value: '', type: 'http proxy', required: false, label: text('label.proxy') },
    command: { value: '', validate: validator(commandProblem) },
    args: { value: [] },
    environment: {
      value: [],
      validate: validator<readonly NamedValue[]>((variables = []) =>
        firstOf(variables.map(({ name }) => variableProblem(name))),
      ),
    },
    mode: { value: handlerDefaults.mode },
  },
  credentials: {
    signingSecret: { type: 'password', validate: validator(secretProblem) },
    previousSigningSecret: { type: 'password', validate: validator(secretProblem) },
    user: { type: 'password', validate: validator((_user, node) => credentialProblem(node, 'user')) },
    password: { type: 'password' },
    token: { type: 'password', validate: validator((_token, node) => credentialProblem(node, 'token')) },
  },
  icon: 'provisioning-handler.svg',
  paletteLabel: () => text('palette'),
  label() {
    const { priority, handlerType } = handlerDefaults;
    return `${this.priority ?? priority} ${this.name || text('palette')} → ${this.handlerType ?? handlerType}`;
  },
  oneditprepare() {
    showForm(this);
  },
  oneditsave() {
    Object.assign(this, readForm(), { configVersion });
  },
});
