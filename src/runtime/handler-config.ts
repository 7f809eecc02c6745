import type { NodeAPI, NodeDef } from 'node-red';
import { withoutAbsent } from '../engine/absent.ts';
import { InvalidInput, type Issue } from '../engine/errors.ts';
import type { Handler } from '../engine/handler.ts';
import { handlerSchema } from '../engine/handler.ts';
import { parse } from '../engine/parse.ts';

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
 * @throws InvalidInput naming the property
 */
export function handlerOf(RED: NodeAPI, saved: SavedHandler, credentials: HandlerCredentials): Handler {
  const written = asWritten(RED, saved.id);
  const common = withoutAbsent({
    id: saved.id,
    name: saved.name,
    events: saved['events'],
    handlerStatus: saved['handlerStatus'],
    priority: saved['priority'],
    handlerType: saved['handlerType'] || 'http',
    timeoutSeconds: saved['timeoutSeconds'],
    onFailure: saved['onFailure'],
    retryDelays: saved['retryDelays'],
    concurrency: saved['concurrency'],
    ratePerSecond: saved['ratePerSecond'],
  });
  // A leftover of another type must not keep the handler out of force.
  const type = common['handlerType'];
  const own = type === 'local' ? localOf(saved, written) : type === 'http' ? httpOf(saved, written) : {};
  const referred = type === 'http' ? referredOf(RED, saved, credentials) : {};
  const what = `handler "${saved.name || saved.id}"`;
  const issues = unresolvedIn({ ...common, ...own });
  if (issues.length > 0) throw new InvalidInput(what, issues);
  return parse(what, handlerSchema, { ...common, ...own, ...referred });
}

function localOf(saved: SavedHandler, written: Written): Record<string, unknown> {
  return withoutAbsent({
    command: saved['command'],
    args: saved['args'],
    environment: marked(saved['environment'], written?.['environment']),
    mode: saved['mode'],
  });
}

function httpOf(saved: SavedHandler, written: Written): Record<string, unknown> {
  return withoutAbsent({ url: saved['url'], headers: marked(saved['headers'], written?.['headers']) });
}

/** What an HTTP handler has from other nodes and from its credentials. */
function referredOf(
  RED: NodeAPI,
  saved: SavedHandler,
  credentials: HandlerCredentials,
): Record<string, unknown> {
  const { signingSecret, previousSigningSecret } = credentials;
  return withoutAbsent({
    auth: authOf(saved['auth'], credentials),
    tls: tlsOf(RED, saved['tls']),
    proxy: proxyOf(RED, saved['proxy']),
    signingSecret,
    previousSigningSecret,
  });
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

/** `${NAME}`, or `$(NAME)` as older flows write it. */
const reference = /^\$(?:\{(\S+)\}|\((\S+)\))$/;

/** Node-RED leaves a reference as it stands when nothing has that name: the text must not be taken for the value. */
function unresolvedIn(value: unknown, field = ''): Issue[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, member]) =>
      unresolvedIn(member, Array.isArray(value) ? `${field}[${key}]` : field ? `${field}.${key}` : key),
    );
  }
  const [, braced, bracketed] = (typeof value === 'string' && reference.exec(value)) || [];
  const name = braced ?? bracketed;
  if (name === undefined) return [];
  return [
    { field, message: `names ${name}, which is not set: set the environment variable, or correct the name` },
  ];
}

/** Headers or variables, with `secret` where the flow file has a reference instead of a value. */
function marked(resolved: unknown, written: unknown): unknown {
  if (!Array.isArray(resolved)) return resolved;
  return resolved.map((entry, index) => {
    const text: unknown = Array.isArray(written) ? written[index]?.value : undefined;
    return { ...entry, secret: typeof text === 'string' && reference.test(text) };
  });
}

function authOf(type: unknown, { user, password, token }: HandlerCredentials): unknown {
  switch (type || 'none') {
    case 'basic':
      return { type, user: user ?? '', password: password ?? '' };
    case 'bearer':
      return { type, token: token ?? '' };
    default:
      return { type: type || 'none' };
  }
}

interface TlsNode {
  addTLSOptions?(options: Record<string, unknown>): void;
}

/** The core's `tls-config` node; it reads files and credentials itself. */
function tlsOf(RED: NodeAPI, id: unknown): unknown {
  if (typeof id !== 'string' || !id) return undefined;
  const node = RED.nodes.getNode(id) as unknown as TlsNode | null;
  if (!node?.addTLSOptions) throw unreachable('tls', 'TLS configuration');
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
function proxyOf(RED: NodeAPI, id: unknown): unknown {
  if (typeof id !== 'string' || !id) return undefined;
  const node = RED.nodes.getNode(id) as unknown as ProxyNode | null;
  if (!node?.url || !URL.canParse(node.url)) throw unreachable('proxy', 'proxy with a valid URL');
  const url = new URL(node.url);
  if (node.credentials?.username) url.username = node.credentials.username;
  if (node.credentials?.password) url.password = node.credentials.password;
  return { url: url.href, noProxy: node.noproxy ?? [] };
}

/** Without what it refers to, a handler must not be called in the clear or past its proxy. */
function unreachable(field: string, what: string): InvalidInput {
  return new InvalidInput('handler', [
    { field, message: `refers to no deployed ${what}: choose one, or none` },
  ]);
}
