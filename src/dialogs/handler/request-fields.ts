import { eventTypesOf } from '../../editor/dialog-plugin.ts';
import type { EditorNode } from '../../editor/red.ts';
import { curlOf } from '../../engine/words/curl.ts';
import type { Envelope } from '../../engine/words/event.ts';
import { listensTo } from '../../engine/words/event-type.ts';
import {
  type BodyKind,
  bodies,
  type HttpExpression,
  hasBody,
  httpExpressions,
  methods,
  needsExpression,
  takesExpression,
} from '../../engine/words/handler-settings.ts';
import { hasUser, isOwnPath } from '../../engine/words/http-url.ts';
import { strangersIn } from '../../engine/words/placeholders.ts';
import { check } from '../shared/check.ts';
import { choice } from '../shared/choice.ts';
import { becomeOptional, editorExpressions, expressionField, readExpression } from '../shared/expressions.ts';
import { fieldOf } from '../shared/fields.ts';
import { referenceOf } from '../shared/reference.ts';
import { textsOf } from '../shared/texts.ts';
import type { NamedValue } from './literal-secrets.ts';
import { previewOf, spell, unmadeText } from './preview.ts';
import { expressionProblem } from './problems.ts';

/** What of the form stands in lists. */
interface Listed {
  readonly events: readonly string[];
  readonly headers: readonly NamedValue[];
}

const text = textsOf('provisioning-handler');
const part = (name: string): JQuery<HTMLInputElement> => $(`#provisioning-handler-${name}`);
const noExpression: Readonly<Record<string, string>> = {
  successRule: 'expression.any2xx',
  responsePart: 'expression.all',
};

/** How a handler shapes its requests, and judges answers; with a preview of what is sent. */
export function showRequest(node: EditorNode, listed: () => Listed): void {
  choice(node, 'method', methods, (method) => method);
  choice(
    node,
    'body',
    bodies,
    (body) => text(`body.${body}`),
    (body) => text(`hint.body.${body}`),
  );
  for (const property of httpExpressions) {
    const field = part(property);
    const otherwise = noExpression[property];
    expressionField(field, String(node[property] ?? ''), otherwise && text(otherwise));
    check(field, () => expressionProblem(property, readExpression(field), node));
  }
  for (const property of ['method', 'body']) fieldOf(node, property).on('change', () => showBody(node));
  showBody(node);
  const url = fieldOf(node, 'url');
  url.on('input change keyup', () => showStrangers(String(url.val())));
  showStrangers(String(url.val()));
  showPreview(node, listed);
}

/** What stands in the fields of expressions. */
export function readRequest(): Readonly<Record<HttpExpression, string>> {
  const read = (property: HttpExpression) => readExpression(part(property));
  return {
    bodyExpression: read('bodyExpression'),
    successRule: read('successRule'),
    responsePart: read('responsePart'),
  };
}

/** Only what the method and the kind of body need is shown. */
function showBody(node: EditorNode): void {
  const body = fieldOf(node, 'body').val() as BodyKind;
  const has = hasBody(String(fieldOf(node, 'method').val()));
  part('body-row').toggle(has);
  part('no-body').toggle(!has);
  part('body-expression-row').toggle(has && takesExpression(body));
  becomeOptional(part('bodyExpression'), needsExpression(body) ? undefined : text('expression.data'));
  part('bodyExpression').trigger('change');
  RED.tray.resize();
}

/** What looks like a placeholder and is none is sent as it stands, which is seldom meant. */
function showStrangers(url: string): void {
  const strangers = strangersIn(url).filter((found) => referenceOf(url) === undefined && found);
  part('strangers')
    .toggle(strangers.length > 0)
    .find('span')
    .text(text('tip.strangers', { names: strangers.join(', ') }));
}

/** Typing is not interrupted by it. */
const previewMs = 200;

function showPreview(node: EditorNode, listed: () => Listed): void {
  const entered = (property: string) => String(fieldOf(node, property).val() ?? '');
  const samples = part('sample');
  const section = samples.closest('details');
  let curl = '';
  let asked = 0;

  const show = async (): Promise<void> => {
    if (!section.prop('open')) return;
    const turn = ++asked;
    const { events, headers } = listed();
    const sample = chooseSample(samples, entered('registry'), events);
    const handler = {
      id: node.id,
      url: addressOf(entered('url')),
      method: entered('method'),
      body: entered('body') as BodyKind,
      bodyExpression: readExpression(part('bodyExpression')),
      headers,
      signsIn: entered('auth') !== 'none' || hasUser(entered('url')),
    };
    const made = await previewOf(handler, sample, editorExpressions).then(
      (request) => ({ shown: spell(request), curl: curlOf(request) }),
      (error) => ({ shown: previewProblem(handler.url, error), curl: '' }),
    );
    if (turn !== asked) return;
    curl = made.curl;
    part('preview')
      .text(made.shown)
      .toggleClass('provisioning-preview-none', curl === '');
    part('copy').prop('disabled', curl === '');
  };

  let timer = 0;
  const later = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void show(), previewMs);
  };
  section.closest('form').on('input change keyup', later);
  section.on('toggle', () => void show());
  part('copy').on('click', ({ currentTarget }) =>
    RED.clipboard.copyText(curl, $(currentTarget), 'clipboard.copyMessageValue'),
  );
  void show();
}

function previewProblem(url: string, error: unknown): string {
  if (url === '') return text('preview.noUrl');
  return referenceOf(url) === undefined ? unmadeText(error) : text('preview.reference', { url });
}

/** The samples of the types that the handler listens to; the one that was chosen stays while it is one of them. */
function chooseSample(
  select: JQuery<HTMLInputElement>,
  registry: string,
  patterns: readonly string[],
): Envelope {
  const types = eventTypesOf(registry);
  const heard = types.filter(({ id }) => patterns.some((pattern) => listensTo(pattern, id)));
  const offered = heard.length > 0 ? heard : types;
  const ids = offered.map(({ id }) => id);
  if (select.data('ids') !== ids.join(' ')) {
    const chosen = String(select.val());
    select.empty().append(ids.map((id) => $('<option>').val(id).text(id)));
    select.val(ids.includes(chosen) ? chosen : (ids[0] ?? '')).data('ids', ids.join(' '));
  }
  const type = offered.find(({ id }) => id === select.val()) ?? offered[0];
  return (
    type?.sample ?? { event: { dt: '2000-01-01T00:00:00+00:00', events_id: 'event', object_id: 1 }, data: {} }
  );
}

/** Where a URL leads from here: a path is one of the Node-RED that the editor came from. */
function addressOf(url: string): string {
  const { httpNodeRoot = '/' } = RED.settings;
  return isOwnPath(url) ? location.origin + httpNodeRoot.replace(/\/$/, '') + url : url;
}
