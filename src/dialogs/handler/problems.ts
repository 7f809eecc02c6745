import type { EditorNode } from '../../editor/red.ts';
import {
  areRetryDelays,
  type BodyKind,
  type HttpExpression,
  hasBody,
  isVariableName,
  needsExpression,
} from '../../engine/words/handler-settings.ts';
import { isHeaderName, isHeaderValue, isHost, setterOf } from '../../engine/words/headers.ts';
import { hasReadableUser, hasUser, isHttpUrl, isOwnPath } from '../../engine/words/http-url.ts';
import { hasPlaceholder } from '../../engine/words/placeholders.ts';
import { usesExpression } from '../../engine/words/request-shape.ts';
import { misplacedIn } from '../../engine/words/url-template.ts';
import { jsonataProblem } from '../shared/expressions.ts';
import { hasCredential, propertyOf } from '../shared/fields.ts';
import { firstOf } from '../shared/problems.ts';
import { holdsReference, referenceOf } from '../shared/reference.ts';
import { textsOf } from '../shared/texts.ts';
import type { NamedValue } from './literal-secrets.ts';

const text = textsOf('provisioning-handler');
const credentials: Readonly<Record<string, string>> = { basic: 'user', bearer: 'token' };

/** What is wrong with a handler's URL, in the user's language; '' when nothing is. So with the problems below. */
export function urlProblem(url = '', node: EditorNode): string {
  if (propertyOf(node, 'handlerType') !== 'http' || referenceOf(url) !== undefined) return '';
  if (isOwnPath(url)) return urlProblem(`http://localhost${url}`, node);
  const [misplaced] = misplacedIn(url);
  if (misplaced !== undefined) return text('error.placeholder', { name: `{${misplaced}}` });
  if (!isHttpUrl(url)) return text('error.url');
  return hasReadableUser(new URL(url)) ? '' : text('error.urlUser');
}

export function conditionProblem(condition = ''): string {
  return referenceOf(condition) === undefined ? jsonataProblem(condition) : '';
}

/** What is wrong with an expression of an HTTP handler. @param property that it is of */
export function expressionProblem(property: HttpExpression, value = '', node: EditorNode): string {
  if (propertyOf(node, 'handlerType') !== 'http' || referenceOf(value) !== undefined) return '';
  if (property === 'bodyExpression') return bodyProblem(value, node);
  return jsonataProblem(value);
}

function bodyProblem(bodyExpression: string, node: EditorNode): string {
  const [method, body] = [propertyOf(node, 'method'), propertyOf(node, 'body')].map(String) as [
    string,
    BodyKind,
  ];
  if (hasBody(method) && needsExpression(body) && bodyExpression.trim() === '')
    return text('error.bodyExpression');
  return usesExpression({ method, body, bodyExpression }) ? jsonataProblem(bodyExpression) : '';
}

export function commandProblem(command = '', node: EditorNode): string {
  return propertyOf(node, 'handlerType') === 'local' && !command.trim() ? text('error.command') : '';
}

/** @param name of the credential that is asked about; without one, whichever is needed */
export function credentialProblem(node: EditorNode, name?: string): string {
  if (propertyOf(node, 'handlerType') !== 'http') return '';
  const needed = credentials[String(propertyOf(node, 'auth'))];
  if (needed === undefined || (name !== undefined && name !== needed)) return '';
  return hasCredential(node, needed) === false ? text(`error.${needed}`) : '';
}

export function headersProblem(headers: readonly NamedValue[] = [], node: EditorNode): string {
  const hosts = headers.filter(isHostHeader).length;
  return firstOf([
    ...headers.flatMap((header) => [headerProblem(header.name, node), headerValueProblem(header)]),
    hosts > 1 ? text('error.hostTwice') : '',
  ]);
}

export function headerProblem(name: string, node: EditorNode): string {
  const auth = propertyOf(node, 'auth') || 'none';
  const setter = setterOf(name, auth !== 'none' || hasUser(String(propertyOf(node, 'url'))));
  if (setter) return text(`error.setBy.${setter}`, { name });
  return isHeaderName(name) ? '' : text('error.header');
}

export function headerValueProblem(header: NamedValue): string {
  if (holdsReference(header.value)) return '';
  if (isHostHeader(header) && hasPlaceholder(header.value)) return text('error.hostPlaceholder');
  if (isHostHeader(header) && !isHost(header.value)) return text('error.host');
  return isHeaderValue(header.value) ? '' : text('error.headerValue');
}

const isHostHeader = ({ name }: NamedValue): boolean => /^host$/i.test(name);

export function variableProblem(name: string): string {
  if (!isVariableName(name)) return text('error.variable');
  return refusesVariable(name) ? text('error.codeVariable', { name }) : '';
}

export function delaysProblem(delays: unknown): string {
  return areRetryDelays(delays) ? '' : text('error.retryDelays');
}

/** The runtime's own rule, and none where it is not told. */
function refusesVariable(name: string): boolean {
  const rule = RED.settings.provisioningHandlerRefusedVariables;
  return rule !== undefined && new RegExp(rule.source, rule.flags).test(name);
}
