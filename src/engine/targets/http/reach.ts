import { isIPv6, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HttpHandler } from '../../words/handler.ts';
import { urlTemplateOf } from '../../words/url-template.ts';
import { within } from '../deadline.ts';
import { Redaction } from '../redaction/redaction.ts';
import type { AddressGuard } from './address-guard.ts';
import { connectorOf } from './connector.ts';
import { DeadlinePassed } from './exchange.ts';
import { failedExchange } from './failed-exchange.ts';
import { routeOf, serverNameOf } from './route.ts';
import { secretsOf } from './secrets.ts';

/** What came of reaching a handler's endpoint. */
export type Reached =
  | {
      /** Whom the connection leads to, `10.0.0.7:443`. */
      readonly peer: string;
      /** From the question to DNS to the end of the TLS handshake. */
      readonly ms: number;
      /** It ends at the proxy, which alone can tell whether it goes on from there. */
      readonly atProxy: boolean;
      /** The certificate was not checked, as the handler's TLS configuration has it. */
      readonly unverified: boolean;
    }
  /** Why a call would not get there, and what to do. */
  | { readonly problem: string };

/** The host and port of a handler's endpoint, and nothing else of its URL. */
export function endpointOf({ url }: Pick<HttpHandler, 'url'>): string {
  const { hostname, port, protocol } = urlTemplateOf(url).url;
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

/**
 * Connects to a handler's endpoint by the way of its calls (DNS, its proxy, TLS), and hangs up. Nothing of a call is
 * sent: a proxy may be asked to connect.
 */
export async function reach(handler: HttpHandler, guard: AddressGuard, timeoutMs: number): Promise<Reached> {
  const redaction = new Redaction(secretsOf(handler));
  const { url } = urlTemplateOf(handler.url);
  const route = routeOf(handler);
  const atProxy = route.proxy !== null && !route.isTunnel;
  const ended = new AbortController();
  const failed = (error: Error): Reached => {
    const exchanged = { answer: null, interim: null, error };
    const attempted = { url, isProxied: atProxy, timeoutSeconds: timeoutMs / 1000 };
    const { error: sentence } = failedExchange(exchanged, attempted, redaction);
    return { problem: redaction.text(sentence ?? error.message) };
  };
  // Addresses that need no DNS never come by the guard's lookup.
  const refusal =
    guard.refusalOfHost(url.hostname) ?? (route.proxy && guard.refusalOfHost(route.proxy.hostname));
  if (refusal) return failed(refusal);

  const servername = serverNameOf(handler);
  const connect = connectorOf(
    { tls: handler.tls, route, servername },
    {
      guard,
      timeout: timeoutMs,
      signal: ended.signal,
    },
  );
  const { hostname, host, protocol, port } = new URL(route.origin);
  const began = performance.now();
  const connected = new Promise<Socket>((resolve, reject) => {
    const to = { hostname: bare(hostname), host, protocol, port, ...(servername && { servername }) };
    connect(to as Parameters<typeof connect>[0], (...[error, socket]) => {
      // It may be there when nobody waits for it any more.
      if (ended.signal.aborted) socket?.destroy();
      if (error) reject(error);
      else resolve(socket as Socket);
    });
  });
  try {
    if (!(await within(timeoutMs, connected))) return failed(new DeadlinePassed(false));
    const socket = await connected;
    const ms = performance.now() - began;
    const { remoteAddress = '', remotePort = 0 } = socket;
    const { encrypted, authorized } = socket as TLSSocket;
    socket.destroy();
    const peer = `${isIPv6(remoteAddress) ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
    return { peer, ms, atProxy, unverified: encrypted === true && !authorized };
  } catch (error) {
    return failed(error as Error);
  } finally {
    ended.abort();
  }
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
