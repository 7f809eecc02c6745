import { dialogPlugin } from '../editor/dialog-plugin.ts';
import {
  areRetryDelays,
  authTypes,
  handlerBounds,
  handlerDefaults,
  handlerStatuses,
  handlerTypes,
  onFailures,
  retriedFailures,
  scriptModes,
} from '../engine/words/handler-settings.ts';
import { showEntrances } from './handler/entrances.ts';
import type { NamedValue } from './handler/literal-secrets.ts';
import { namedValueList, readNamedValues } from './handler/named-values.ts';
import { showOverride } from './handler/override.ts';
import {
  commandProblem,
  credentialProblem,
  delaysProblem,
  headerProblem,
  urlProblem,
  variableProblem,
} from './handler/problems.ts';
import { readDelays, spanOf, spellDelay } from './handler/retry-delays.ts';
import { check } from './shared/check.ts';
import { choice } from './shared/choice.ts';
import { fieldOf, showDefaults, showOnly } from './shared/fields.ts';
import type { HandlerNode as ListedHandler } from './shared/handlers.ts';
import { inputOf, rowList, rowsOf } from './shared/list.ts';
import { patternList, readPatterns } from './shared/pattern-list.ts';
import { firstOf, patternsProblem, placeProblem, validator, within } from './shared/problems.ts';
import { offerSecret } from './shared/secret.ts';
import { textsOf } from './shared/texts.ts';

interface HandlerNode extends ListedHandler {
  configVersion?: number | string;
  events?: readonly string[];
  retryDelays?: readonly number[] | string;
  readonly retryOn?: string;
  headers?: readonly NamedValue[];
  args?: readonly string[];
  environment?: readonly NamedValue[];
}

const text = textsOf('provisioning-handler');
const part = (name: string): JQuery<HTMLInputElement> => $(`#provisioning-handler-${name}`);
const configVersion = 2;

const namesProblem = (problemOf: (name: string, node: HandlerNode) => string) =>
  validator<readonly NamedValue[]>((values = [], node) =>
    firstOf(values.map(({ name }) => problemOf(name, node))),
  );

/** Only what the handler's type and authentication need is shown. */
function showParts(node: HandlerNode): void {
  const [type, auth] = [fieldOf(node, 'handlerType').val(), fieldOf(node, 'auth').val()];
  showOnly(part('tabs-content').find('[data-handler-type]'), 'data-handler-type', type);
  showOnly(part('target').find('[data-auth]'), 'data-auth', auth);
}

function createTabs(): void {
  const tabs = RED.tabs.create({
    id: 'provisioning-handler-tabs',
    onchange({ id }) {
      part('tabs-content').children().hide();
      $(`#${id}`).show();
      RED.tray.resize();
    },
  });
  for (const name of ['target', 'delivery'])
    tabs.addTab({ id: `provisioning-handler-${name}`, label: text(`tab.${name}`) });
}

function showLists(node: HandlerNode): void {
  namedValueList(part('headers'), {
    add: text('button.addHeader'),
    placeholder: 'X-Account',
    items: node.headers ?? [],
    nameProblem: (name) => headerProblem(name, node),
  });
  rowList<{ value: string }>(part('args'), {
    add: text('button.addArgument'),
    items: (node.args ?? []).map((value) => ({ value })),
    show: (row, { value = '' }) =>
      row.addClass('provisioning-row').append(inputOf({ 'aria-label': text('label.args') }).val(value)),
  });
  namedValueList(part('environment'), {
    add: text('button.addVariable'),
    placeholder: 'API_HOST',
    items: node.environment ?? [],
    nameProblem: variableProblem,
  });
}

function showDelays({ retryDelays = handlerDefaults.retryDelays }: HandlerNode): void {
  const field = part('retry-delays');
  field.val(typeof retryDelays === 'string' ? retryDelays : retryDelays.map(spellDelay).join(', '));
  check(field, (spelled) => {
    const delays = readDelays(spelled);
    part('retries').text(areRetryDelays(delays) ? describe(delays) : '');
    return delaysProblem(delays);
  });
}

function describe(delays: readonly number[]): string {
  if (delays.length === 0) return text('hint.noRetry');
  return text('hint.retries', { number: delays.length, span: spanOf(delays) });
}

/** Says below a choice what the chosen one means. */
function explain(select: JQuery<HTMLInputElement>, hint: JQuery): void {
  select.on('change', () => {
    const value = select.val();
    if (value) hint.text(text(`hint.${value}`));
  });
}

RED.nodes.registerType<HandlerNode>('provisioning-handler', {
  category: 'config',
  hasUsers: false,
  defaults: {
    configVersion: { value: configVersion },
    name: { value: '', validate: validator((_name, node) => placeProblem(node)) },
    registry: { value: '', type: 'provisioning-registry', required: true, label: text('label.registry') },
    events: {
      value: [],
      label: text('label.events'),
      validate: validator<string[]>((patterns = []) =>
        patterns.length === 0 ? text('error.noEvents') : patternsProblem(patterns),
      ),
    },
    handlerStatus: { value: handlerDefaults.handlerStatus },
    priority: {
      value: handlerDefaults.priority,
      label: text('label.priority'),
      validate: within(handlerBounds.priority),
    },
    handlerType: { value: handlerDefaults.handlerType },
    timeoutSeconds: {
      value: handlerDefaults.timeoutSeconds,
      label: text('label.timeout'),
      validate: within(handlerBounds.timeoutSeconds),
    },
    onFailure: { value: handlerDefaults.onFailure },
    retryDelays: {
      value: handlerDefaults.retryDelays,
      validate: validator((delays = []) => delaysProblem(delays)),
    },
    retryOn: { value: handlerDefaults.retryOn },
    concurrency: {
      value: handlerDefaults.concurrency,
      label: text('label.concurrency'),
      validate: within(handlerBounds.concurrency),
    },
    ratePerSecond: {
      value: handlerDefaults.ratePerSecond,
      label: text('label.rate'),
      validate: within(handlerBounds.ratePerSecond),
    },
    url: { value: '', validate: validator(urlProblem) },
    headers: { value: [], validate: namesProblem(headerProblem) },
    auth: { value: handlerDefaults.auth, validate: validator((_auth, node) => credentialProblem(node)) },
    tls: { value: '', type: 'tls-config', required: false, label: text('label.tls') },
    proxy: { value: '', type: 'http proxy', required: false, label: text('label.proxy') },
    command: { value: '', validate: validator(commandProblem) },
    args: { value: [] },
    environment: { value: [], validate: namesProblem(variableProblem) },
    mode: { value: handlerDefaults.mode },
  },
  credentials: {
    signingSecret: { type: 'password' },
    previousSigningSecret: { type: 'password' },
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
    const field = (property: string) => fieldOf(this, property);
    showDefaults(this);
    choice(this, 'handlerStatus', handlerStatuses, (value) => text(`status.${value}`));
    choice(this, 'handlerType', handlerTypes, (value) => text(`type.${value}`));
    choice(this, 'auth', authTypes, (value) => text(`auth.${value}`));
    choice(this, 'mode', scriptModes, (value) => text(`mode.${value}`));
    choice(this, 'onFailure', onFailures, (value) => text(`onFailure.${value}`));
    choice(this, 'retryOn', retriedFailures, (value) => text(`retryOn.${value}`));
    // Before there was a choice, every failure was retried.
    if (!this.retryOn && Number(this.configVersion ?? 1) < 2) field('retryOn').val('any').trigger('change');
    const meant = dialogPlugin()?.takeRegistryOfNewHandler();
    if (!this.registry && meant) field('registry').val(meant);
    const opener = RED.editor.getEditStack().at(-2);
    if (!this.registry && opener?.type === 'provisioning-handler-in')
      field('handlerType').val('flow').trigger('change');

    patternList(part('events'), this.events ?? [], () => field('registry').val() ?? '');
    offerSecret(field('signingSecret'));
    createTabs();
    showEntrances(part('entrances'), this.id);
    showLists(this);
    showDelays(this);
    explain(field('onFailure'), part('on-failure'));
    explain(field('retryOn'), part('retry-on'));
    for (const property of ['handlerType', 'auth']) field(property).on('change', () => showParts(this));
    showParts(this);
    showOverride(part('override'), this);
  },
  oneditsave() {
    this.configVersion = configVersion;
    this.events = readPatterns(part('events'));
    this.headers = readNamedValues(part('headers'));
    this.environment = readNamedValues(part('environment'));
    this.args = rowsOf(part('args'), (row) => String(row.find('input').val()));
    this.retryDelays = readDelays(part('retry-delays').val() ?? '');
  },
});
