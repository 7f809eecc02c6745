import { dialogPlugin } from '../../editor/dialog-plugin.ts';
import {
  areRetryDelays,
  authTypes,
  handlerDefaults,
  handlerStatuses,
  handlerTypes,
  onFailures,
  retriedFailures,
  scriptModes,
} from '../../engine/words/handler-settings.ts';
import { check } from '../shared/check.ts';
import { choice } from '../shared/choice.ts';
import { fieldOf, showDefaults, showOnly } from '../shared/fields.ts';
import type { HandlerNode as ListedHandler } from '../shared/handlers.ts';
import { inputOf, rowList, rowsOf } from '../shared/list.ts';
import { patternList, readPatterns } from '../shared/pattern-list.ts';
import { showRegistry } from '../shared/registry-field.ts';
import { offerSecret } from '../shared/secret.ts';
import { foldSections } from '../shared/sections.ts';
import { textsOf } from '../shared/texts.ts';
import { readCondition, showCondition } from './condition-fields.ts';
import { showEntrances } from './entrances.ts';
import type { NamedValue } from './literal-secrets.ts';
import { namedValueList, readNamedValues } from './named-values.ts';
import { showOverride } from './override.ts';
import { delaysProblem, headerProblem, headerValueProblem, variableProblem } from './problems.ts';
import { readRequest, showRequest } from './request-fields.ts';
import { readDelays, spanOf, spellDelay } from './retry-delays.ts';
import { showScopeNote } from './scope-note.ts';
import { summariesOf } from './summaries.ts';
import { keepUserOutOfUrl } from './url-user.ts';

export interface HandlerNode extends ListedHandler {
  readonly configVersion?: number | string;
  readonly retryOn?: string;
  readonly retryDelays?: readonly number[] | string;
  readonly headers?: readonly NamedValue[];
  readonly args?: readonly string[];
  readonly environment?: readonly NamedValue[];
}

const text = textsOf('provisioning-handler');
const part = (name: string): JQuery<HTMLInputElement> => $(`#provisioning-handler-${name}`);

export function showForm(node: HandlerNode): void {
  const field = (property: string) => fieldOf(node, property);
  showDefaults(node);
  choice(node, 'handlerStatus', handlerStatuses, (value) => text(`status.${value}`));
  choice(node, 'handlerType', handlerTypes, (value) => text(`type.${value}`));
  choice(node, 'auth', authTypes, (value) => text(`auth.${value}`));
  choice(node, 'mode', scriptModes, (value) => text(`mode.${value}`));
  const hintOf = (value: string) => text(`hint.${value}`);
  choice(node, 'onFailure', onFailures, (value) => text(`onFailure.${value}`), hintOf);
  choice(node, 'retryOn', retriedFailures, (value) => text(`retryOn.${value}`), hintOf);
  // Before there was a choice, every failure was retried.
  if (!node.retryOn && Number(node.configVersion ?? 1) < 2) field('retryOn').val('any').trigger('change');
  showRegistry(node, dialogPlugin()?.takeRegistryOfNewHandler());
  const opener = RED.editor.getEditStack().at(-2);
  if (!node.registry && opener?.type === 'provisioning-handler-in')
    field('handlerType').val('flow').trigger('change');

  showEvents(node);
  offerSecret(field('signingSecret'));
  showEntrances(part('entrances'), node.id);
  showLists(node);
  showDelays(node);
  for (const property of ['handlerType', 'auth']) field(property).on('change', () => showParts(node));
  // Whether a header may be entered hangs on both.
  for (const property of ['auth', 'url'])
    field(property).on('change', () => part('headers').find('[name="name"]').trigger('keyup'));
  keepUserOutOfUrl(node, part('url-user'));
  showParts(node);
  showRequest(node, readLists);
  showCondition(node, readLists);
  foldSections(formOf(node), 'provisioning-handler', summariesOf(node, readForm));
  showScopeNote(part('scope'), node);
  showOverride(part('override'), node);
}

/** What stands in the lists, and in the fields that are read in a way of their own. */
export function readForm() {
  return { ...readLists(), ...readRequest(), ...readCondition() };
}

function readLists() {
  return {
    events: readPatterns(part('events')),
    headers: readNamedValues(part('headers')),
    environment: readNamedValues(part('environment')),
    args: rowsOf(part('args'), (row) => String(row.find('input').val())),
    retryDelays: readDelays(part('retry-delays').val() ?? ''),
  };
}

/** Only what the handler's type and authentication need is shown. */
function showParts(node: HandlerNode): void {
  const [type, auth] = [fieldOf(node, 'handlerType').val(), fieldOf(node, 'auth').val()];
  showOnly(formOf(node).find('[data-handler-type]'), 'data-handler-type', type);
  showOnly(formOf(node).find('[data-auth]'), 'data-auth', auth);
}

const formOf = (node: HandlerNode): JQuery => fieldOf(node, 'handlerType').closest('form');

/** A handler that listens to nothing is never called. */
function showEvents(node: HandlerNode): void {
  const list = part('events');
  const note = $(
    '<div class="form-tips provisioning-warning"><i class="fa fa-warning"></i> <span></span></div>',
  );
  note.css('margin-top', '8px').find('span').text(text('error.noEvents'));
  const showNote = () => void note.toggle(readPatterns(list).length === 0);
  patternList(list, node.events ?? [], fieldOf(node, 'registry'), showNote);
  list.closest('.red-ui-editableList').after(note);
  showNote();
}

function showLists(node: HandlerNode): void {
  namedValueList(part('headers'), {
    add: text('button.addHeader'),
    placeholder: 'X-Account',
    items: node.headers ?? [],
    nameProblem: (name) => headerProblem(name, node),
    valueProblem: headerValueProblem,
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
