import type { NodeAPI } from 'node-red';
import { hasReadableUser, isHttpUrl } from '../engine/words/http-url.ts';
import { environmentProxy, type ProxyOptions } from './environment-proxy.ts';

/** Is told what is wrong. Without what it refers to, a handler must not be called in the clear or past its proxy. */
type Refuse = (field: string, message: string) => void;

interface TlsNode {
  readonly valid?: boolean;
  addTLSOptions?(options: Record<string, unknown>): void;
}

/** The core's `tls-config` node; it reads files and credentials itself. */
export function tlsOf(RED: NodeAPI, id: unknown, refuse: Refuse): unknown {
  if (typeof id !== 'string' || !id) return undefined;
  const node = RED.nodes.getNode(id) as unknown as TlsNode | null;
  if (!node?.addTLSOptions) return refuse('tls', unreachable('TLS configuration'));
  const options: Record<string, unknown> = {};
  node.addTLSOptions(options);
  // The core's node leaves out what it could not read, and takes an unset variable for an empty text.
  const isEmpty = (value: unknown) => Buffer.isBuffer(value) && value.length === 0;
  if (node.valid === false || Object.values(options).some(isEmpty)) {
    return refuse(
      'tls',
      'refers to a TLS configuration that lacks a certificate or key: correct its files or variables, and deploy',
    );
  }
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

/**
 * The core's `http proxy` node; its user and password become part of the URL. Who has none takes the environment's.
 * @param target the URL that is called
 */
export function proxyOf(RED: NodeAPI, id: unknown, target: unknown, refuse: Refuse): unknown {
  if (typeof id !== 'string' || !id) return environmentProxyOf(RED, String(target ?? ''), refuse);
  const node = RED.nodes.getNode(id) as unknown as ProxyNode | null;
  const url = httpUrlOf(node?.url ?? '');
  if (!node || !url) return refuse('proxy', unreachable('proxy with a valid URL'));
  const { username, password } = node.credentials ?? {};
  if (username) url.username = encodeURIComponent(username);
  if (password) url.password = encodeURIComponent(password);
  return { url: url.href, noProxy: node.noproxy ?? [] };
}

/** It must not be passed by where it can't be used. */
function environmentProxyOf(RED: NodeAPI, address: string, refuse: Refuse): unknown {
  if (!isHttpUrl(address)) return undefined;
  const options = (RED.settings as { readonly proxyOptions?: ProxyOptions } | undefined)?.proxyOptions;
  const named = environmentProxy(new URL(address), process.env, options);
  if (!named) return undefined;
  const url = httpUrlOf(named.url);
  if (url) return { url: url.href, noProxy: [] };
  return refuse(
    'proxy',
    `${named.variable} of the environment names no HTTP proxy: correct it, name the host in no_proxy, or give the handler a proxy node`,
  );
}

/** Where a proxy can be spoken to; null when an address is none that is understood here. */
function httpUrlOf(address: string): URL | null {
  const url = URL.parse(address);
  return url && isHttpUrl(address) && hasReadableUser(url) ? url : null;
}

function unreachable(node: string): string {
  return `refers to no deployed ${node}: choose one, or none`;
}
