import type { NodeAPI, NodeDef } from 'node-red';
import { codeVariables } from '../engine/targets/local/code-variables.ts';
import { withoutAbsent } from '../engine/words/absent.ts';
import { InvalidInput } from '../engine/words/errors.ts';
import type { Handler, LocalHandler } from '../engine/words/handler.ts';
import { handlerSchema } from '../engine/words/handler.ts';
import { hasReadableUser } from '../engine/words/http-url.ts';
import { parse } from '../engine/words/parse.ts';
import { environmentProxy, type ProxyOptions } from './environment-proxy.ts';
import { asText, References, type Setting } from './references.ts';

/** A saved handler, as the constructor gets it: `${NAME}` is resolved, the rest is unchecked. */
export type SavedHandler = NodeDef & Readonly<Record<string, unknown>>;

export interface HandlerCredentials {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly signingSecret?: string;
  readonly previousSigningSecret?: string;
}

/**
 * Makes a handler of what the flow holds: references to config nodes and credentials are resolved, and values that
 * came from `${NAME}` are marked as secrets.
 * @param setting resolves a name inside of a value; whole values Node-RED has filled in
 * @param refused matches the names of variables that a script may not be given
 * @throws InvalidInput naming the property
 */
export function handlerOf(
  RED: NodeAPI,
  saved: SavedHandler,
  credentials: HandlerCredentials,
  setting: Setting,
  refused = codeVariables(),
): Handler {
  const what = `handler "${saved.name || saved.id}"`;
  const written = asWritten(RED, saved.id);
  const references = new References(setting);
  const common = withoutAbsent({
    id: saved.id,
    name: asText(saved.name),
    events: saved['events'],
    handlerStatus: saved['handlerStatus'],
    priority: saved['priority'],
    handlerType: saved['handlerType'] || 'http',
    timeoutSeconds: saved['timeoutSeconds'],
    onFailure: saved['onFailure'],
    retryDelays: saved['retryDelays'],
    retryOn: saved['retryOn'],
    concurrency: saved['concurrency'],
    ratePerSecond: saved['ratePerSecond'],
  });
  references.check(common);
  // A leftover of another type must not keep the handler out of force.
  const type = common['handlerType'];
  const own: { readonly url?: unknown } =
    type === 'local'
      ? localOf(saved, written, references)
      : type === 'http'
        ? { ...httpOf(saved, written, references), ...credentialsOf(saved, credentials, references) }
        : {};
  if (references.issues.length > 0) throw new InvalidInput(what, references.issues);
  const nodes =
    type === 'http'
      ? {
          tls: tlsOf(RED, saved['tls'], what),
          proxy: proxyOf(RED, saved['proxy'], what) ?? environmentProxyOf(RED, own, what),
        }
      : {};
  const secrets = [...references.secrets];
  const handler = parse(what, handlerSchema, withoutAbsent({ ...common, ...own, ...nodes, secrets }));
  if (handler.handlerType === 'local') checkVariables(what, handler, refused);
  return handler;
}

function checkVariables(what: string, { environment }: LocalHandler, refused: RegExp): void {
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
  return {
    command: asText(command),
    args: argumentsOf(args, written?.['args'], references),
    environment,
    mode,
  };
}

function httpOf(saved: SavedHandler, written: Written, references: References): object {
  const { url } = saved;
  const headers = namedValues('headers', saved, written, references);
  references.check({ url });
  return { url: references.isFrom(url, written?.['url']) ? references.secret(url) : url, headers };
}

/** Arguments are passed as they are: what Node-RED has not filled in is no mistake. */
function argumentsOf(resolved: unknown, written: unknown, references: References): unknown {
  if (!Array.isArray(resolved)) return resolved;
  return resolved.map((value, index) => {
    const text: unknown = Array.isArray(written) ? written[index] : written;
    return references.isFrom(value, text) ? references.secret(value) : asText(value);
  });
}

/** Headers or variables, with `secret` where the flow file has a reference in a value. */
function namedValues(
  field: 'headers' | 'environment',
  saved: SavedHandler,
  written: Written,
  references: References,
): unknown {
  const [resolved, texts] = [saved[field], written?.[field]];
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

/** What is used of an HTTP handler's credentials. */
function credentialsOf(saved: SavedHandler, credentials: HandlerCredentials, references: References): object {
  const { user, password, token, signingSecret, previousSigningSecret } = credentials;
  const type = saved['auth'] || 'none';
  const signing = {
    signingSecret: asText(signingSecret),
    previousSigningSecret: asText(previousSigningSecret),
  };
  references.check(signing);
  if (type === 'basic') references.check({ user, password });
  if (type === 'bearer') references.check({ token });
  const auth =
    type === 'basic'
      ? { type, user: asText(user ?? ''), password: asText(password ?? '') }
      : type === 'bearer'
        ? { type, token: asText(token ?? '') }
        : { type };
  return { auth, ...signing };
}

type Written = Readonly<Record<string, unknown>> | undefined;

/** The flow file's own text of a node, where `${NAME}` still stands. */
function asWritten(RED: NodeAPI, id: string): Written {
  let found: Written;
  RED.nodes.eachNode((node) => {
    if (node.id === id) found = node as unknown as Record<string, unknown>;
  });
  return found;
}

interface TlsNode {
  addTLSOptions?(options: Record<string, unknown>): void;
}

/** The core's `tls-config` node; it reads files and credentials itself. */
function tlsOf(RED: NodeAPI, id: unknown, what: string): unknown {
  if (typeof id !== 'string' || !id) return undefined;
  const node = RED.nodes.getNode(id) as unknown as TlsNode | null;
  if (!node?.addTLSOptions) throw unreachable(what, 'tls', 'TLS configuration');
  const options: Record<string, unknown> = {};
  node.addTLSOptions(options);
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      Buffer.isBuffer(value) && key !== 'pfx' ? value.toString('utf8') : value,
    ]),
  );
}

interface ProxyNode {
  readonly url?: string;
  readonly noproxy?: readonly string[];
  readonly credentials?: { readonly username?: string; readonly password?: string };
}

/** The core's `http proxy` node; its user and password become part of the URL. */
function proxyOf(RED: NodeAPI, id: unknown, what: string): unknown {
  if (typeof id !== 'string' || !id) return undefined;
  const node = RED.nodes.getNode(id) as unknown as ProxyNode | null;
  const url = URL.parse(node?.url ?? '');
  if (!node || !url || !hasReadableUser(url)) throw unreachable(what, 'proxy', 'proxy with a valid URL');
  if (node.credentials?.username) url.username = node.credentials.username;
  if (node.credentials?.password) url.password = node.credentials.password;
  return { url: url.href, noProxy: node.noproxy ?? [] };
}

/** Who has no proxy of his own takes the environment's, which must not be passed by where it can't be used. */
function environmentProxyOf(RED: NodeAPI, { url: address }: { url?: unknown }, what: string): unknown {
  const target = URL.parse(String(address ?? ''));
  if (!target || !/^https?:$/.test(target.protocol)) return undefined;
  const options = (RED.settings as { readonly proxyOptions?: ProxyOptions } | undefined)?.proxyOptions;
  const named = environmentProxy(target, process.env, options);
  if (!named) return undefined;
  const url = URL.parse(named.url);
  if (url && /^https?:$/.test(url.protocol) && hasReadableUser(url)) return { url: url.href, noProxy: [] };
  const message = `${named.variable} of the environment names no HTTP proxy: correct it, name the host in no_proxy, or give the handler a proxy node`;
  throw new InvalidInput(what, [{ field: 'proxy', message }]);
}

/** Without what it refers to, a handler must not be called in the clear or past its proxy. */
function unreachable(what: string, field: string, node: string): InvalidInput {
  return new InvalidInput(what, [{ field, message: `refers to no deployed ${node}: choose one, or none` }]);
}
