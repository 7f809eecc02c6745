import { isIP } from 'node:net';
import type { HttpHandler } from '../../words/handler.ts';
import { basicOf } from './basic.ts';
import { isExempt } from './no-proxy.ts';

/** The way of a handler's requests. */
export interface Route {
  /** null: straight to the URL's host. */
  readonly proxy: URL | null;
  /** The proxy only connects: it does not see the requests. */
  readonly isTunnel: boolean;
  /** Whom connections are made to or, through a tunnel, lead to. */
  readonly origin: string;
  /** What stands before path and query in the request's first line: a proxy must be told whom it is for. */
  readonly before: string;
  /** What a proxy that passes on the request must be told, beside the handler's own headers; names and values in turn. */
  readonly headers: readonly string[];
}

/** @throws TypeError when the proxy's URL is none */
export function routeOf({ url: address, proxy: through, headers }: HttpHandler): Route {
  const url = new URL(address);
  const proxy = through && !isExempt(url, through.noProxy) ? new URL(through.url) : null;
  const isTunnel = proxy !== null && url.protocol === 'https:';
  if (proxy === null || isTunnel) return { proxy, isTunnel, origin: url.origin, before: '', headers: [] };
  const host = hostOf(headers) === undefined ? ['host', url.host] : [];
  return {
    proxy,
    isTunnel,
    origin: proxy.origin,
    before: url.origin,
    headers: [...host, ...Object.entries(proxyAuthorization(proxy)).flat()],
  };
}

/** The name that TLS asks for and checks; undefined: the URL's. As in Node.js, the Host header names whom is meant. */
export function serverNameOf({ url, tls, headers }: HttpHandler): string | undefined {
  if (!/^https:/i.test(url)) return undefined;
  const host = tls?.servername || hostOf(headers)?.replace(/:\d*$/, '');
  return host && !isIP(host.replace(/^\[(.*)\]$/, '$1')) ? host : undefined;
}

function hostOf(headers: HttpHandler['headers']): string | undefined {
  return headers.find(({ name }) => name.toLowerCase() === 'host')?.value.trim();
}

export function proxyAuthorization(proxy: URL): Record<string, string> {
  const authorization = basicOf(proxy);
  return authorization === null ? {} : { 'proxy-authorization': authorization };
}
