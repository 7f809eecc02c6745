import { buildConnector } from 'undici';
import type { HttpHandler } from '../../words/handler.ts';
import type { AddressGuard } from './address-guard.ts';
import type { Route } from './route.ts';
import { tunnelThrough } from './tunnel.ts';

/** What two handlers must have in common to share connections. */
export interface Transport {
  readonly tls: HttpHandler['tls'];
  readonly route: Pick<Route, 'origin' | 'proxy' | 'isTunnel'>;
  /** The name that TLS asks for, when it is not the URL's. */
  readonly servername?: string | undefined;
}

interface ConnectorOptions {
  readonly guard: AddressGuard;
  /** A connection that takes longer, in ms, is given up. */
  readonly timeout: number;
  /** Ends sockets that are still connecting. */
  readonly signal: AbortSignal;
}

/** What makes connections to a handler's endpoint, or to the proxy that stands before it. */
export function connectorOf(
  { tls, route: { proxy, isTunnel }, servername }: Transport,
  { guard, timeout, signal }: ConnectorOptions,
): buildConnector.connector {
  const socket = { lookup: guard.lookup, timeout, signal };
  const direct = named(servername, buildConnector({ ...present(tls), ...socket, allowH2: false }));
  if (proxy === null) return direct;
  return isTunnel
    ? tunnelThrough(proxy, socket, direct)
    : named(undefined, buildConnector({ ...socket, allowH2: false }));
}

/** undici takes the name for TLS from the Host header, which may be another one's. */
function named(servername: string | undefined, connect: buildConnector.connector): buildConnector.connector {
  return ({ servername: _, ...options }, callback) =>
    connect(servername === undefined ? options : { ...options, servername }, callback);
}

/** The editor gives empty strings for what was left out. */
function present(tls: Transport['tls']): object {
  return Object.fromEntries(
    Object.entries(tls ?? {}).filter(([, value]) => value !== '' && value !== undefined),
  );
}
