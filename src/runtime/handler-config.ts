import type { NodeAPI, NodeDef } from 'node-red';
import { codeVariables } from '../engine/targets/local/code-variables.ts';
import { withoutAbsent } from '../engine/words/absent.ts';
import { InvalidInput, messageOf } from '../engine/words/errors.ts';
import type { Expressions } from '../engine/words/expression.ts';
import {
  type Handler,
  type HttpHandler,
  handlerSchema,
  listedProperties,
  type NamedValue,
} from '../engine/words/handler.ts';
import { handlerDefaults, httpExpressions } from '../engine/words/handler-settings.ts';
import { isOwnPath } from '../engine/words/http-url.ts';
import { parse } from '../engine/words/parse.ts';
import { usesExpression } from '../engine/words/request-shape.ts';
import { proxyOf, tlsOf } from './config-nodes.ts';
import { expressionsOf } from './expressions.ts';
import { password } from './node-outcome.ts';
import { hasNoPaths, ownAddress } from './own-address.ts';
import { asText, References, type Resolve } from './references.ts';

/** A saved handler, as the constructor gets it: `${NAME}` is resolved, the rest is unchecked. */
export type SavedHandler = NodeDef & Readonly<Record<string, unknown>>;

export const handlerCredentials = {
  user: password,
  password,
  token: password,
  signingSecret: password,
  previousSigningSecret: password,
};
export type HandlerCredentials = Readonly<Partial<Record<keyof typeof handlerCredentials, string>>>;

/**
 * Makes a handler of what the flow holds: references to config nodes and credentials are resolved, and values that
 * came from `${NAME}` are marked as secrets.
 * @param resolve a name inside of a value; whole values Node-RED has filled in
 * @param refused matches the names of variables that a script may not be given
 * @param expressions reads what is JSONata in it
 * @throws InvalidInput naming the property
 */
export function handlerOf(
  RED: NodeAPI,
  saved: SavedHandler,
  credentials: HandlerCredentials,
  resolve: Resolve,
  refused = codeVariables(),
  expressions = expressionsOf(RED.util),
): Handler {
  const what = `handler "${saved.name || saved.id}"`;
  const references = new References(resolve);
  const common = withoutAbsent({
    ...Object.fromEntries(listedProperties.map((property) => [property, saved[property]])),
    name: asText(saved.name),
    handlerType: saved['handlerType'] || handlerDefaults.handlerType,
  });
  references.check(common);
  // A leftover of another type must not keep the handler out of force.
  const settings =
    common['handlerType'] === 'local'
      ? localOf(saved, asWritten(RED, saved.id), references)
      : common['handlerType'] === 'http'
        ? httpOf(RED, saved, asWritten(RED, saved.id), credentials, references)
        : {};
  if (references.issues.length > 0) throw new InvalidInput(what, references.issues);
  const secrets = [...references.secrets];
  const handler = parse(what, handlerSchema, withoutAbsent({ ...common, ...settings, secrets }));
  if (handler.handlerType === 'local') checkVariables(what, handler.environment, refused);
  const own = handler.handlerType === 'http' ? expressionsIn(handler) : {};
  checkExpressions(what, { condition: handler.condition, ...own }, expressions);
  return handler;
}

/** Of a handler, what is JSONata and in use. */
function expressionsIn(handler: HttpHandler): Readonly<Record<string, string>> {
  const { bodyExpression, successRule, responsePart } = handler;
  return { ...(usesExpression(handler) && { bodyExpression }), successRule, responsePart };
}

/** @throws InvalidInput naming the field and the position */
function checkExpressions(
  what: string,
  texts: Readonly<Record<string, string>>,
  expressions: Expressions,
): void {
  const issues = Object.entries(texts).flatMap(([field, text]) => {
    try {
      if (text.trim() !== '') expressions.compile(text);
      return [];
    } catch (error) {
      return [{ field, message: messageOf(error) }];
    }
  });
  if (issues.length > 0) throw new InvalidInput(what, issues);
}

function checkVariables(what: string, environment: readonly NamedValue[], refused: RegExp): void {
  const issues = environment.flatMap(({ name }, index) =>
    refused.test(name)
      ? {
          field: `environment[${index}].name`,
          message: `${name} can make the script run other code: choose another name, or have an administrator allow it, in settings.js: provisioning.scriptEnvironment: ['${name}']`,
        }
      : [],
  );
  if (issues.length > 0) throw new InvalidInput(what, issues);
}

function localOf(saved: SavedHandler, written: Written, references: References): object {
  const { command, args, mode } = saved;
  const environment = namedValues('environment', saved, written, references);
  references.check({ command, mode });
  const texts = written['args'];
  return {
    command: asText(command),
    // They are passed as they are: what Node-RED has not filled in is no mistake.
    args: Array.isArray(args)
      ? args.map((value, index) => references.filledIn(value, Array.isArray(texts) ? texts[index] : texts))
      : args,
    environment,
    mode,
  };
}

function httpOf(
  RED: NodeAPI,
  saved: SavedHandler,
  written: Written,
  credentials: HandlerCredentials,
  references: References,
): object {
  const { url, auth, tls, proxy, method, body } = saved;
  const expressions = Object.fromEntries(httpExpressions.map((field) => [field, asText(saved[field])]));
  const headers = namedValues('headers', saved, written, references);
  // What a reference names is a secret, and shown nowhere: it is taken as it is.
  const isOwn = typeof url === 'string' && url === written['url'] && isOwnPath(url);
  if (isOwn && hasNoPaths(RED))
    references.refuse(
      'url',
      'is a path of this Node-RED, and httpNodeRoot is false in settings.js: enter a whole URL',
    );
  references.check({ url, method, body, ...expressions });
  const credential = (name: keyof HandlerCredentials) => {
    references.check(credentials[name], name);
    return asText(credentials[name]);
  };
  return {
    method,
    body,
    ...expressions,
    url: isOwn ? ownAddress(RED) + url : references.filledIn(url, written['url']),
    ownRoot: isOwn ? new URL(ownAddress(RED)).pathname.replace(/\/$/, '') : undefined,
    headers,
    signingSecret: credential('signingSecret'),
    previousSigningSecret: credential('previousSigningSecret'),
    // What another way to sign in would need is none of its credentials.
    auth:
      auth === 'basic'
        ? { type: auth, user: credential('user') ?? '', password: credential('password') ?? '' }
        : auth === 'bearer'
          ? { type: auth, token: credential('token') ?? '' }
          : { type: auth || handlerDefaults.auth },
    tls: tlsOf(RED, tls, references.refuse),
    // The environment's proxy leads out of here.
    proxy: isOwn && !proxy ? undefined : proxyOf(RED, proxy, url, references.refuse),
  };
}

/** Headers or variables, with `secret` where the flow file has a reference in a value. */
function namedValues(
  field: 'headers' | 'environment',
  saved: SavedHandler,
  written: Written,
  references: References,
): unknown {
  const [resolved, texts] = [saved[field], written[field]];
  if (!Array.isArray(resolved)) {
    references.check(resolved, field);
    return resolved;
  }
  return resolved.map((entry, index) => {
    const text: unknown = Array.isArray(texts) ? texts[index]?.value : texts;
    references.check(entry?.name, `${field}[${index}].name`);
    return { ...entry, ...references.text(entry?.value, text, `${field}[${index}].value`) };
  });
}

type Written = Readonly<Record<string, unknown>>;

/** The flow file's own text of a node, where `${NAME}` still stands. */
function asWritten(RED: NodeAPI, id: string): Written {
  let found: object = {};
  RED.nodes.eachNode((node) => {
    if (node.id === id) found = node;
  });
  return found as Written;
}
