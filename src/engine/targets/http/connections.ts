import { setMaxListeners } from 'node:events';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import type { HttpHandler } from '../../words/handler.ts';
import type { AddressGuard } from './address-guard.ts';
import type { Route } from './route.ts';
import { tunnelThrough } from './tunnel.ts';
import { WiredClient, type WiredOptions } from './wired-client.ts';

/** What two handlers must have in common to share connections. */
export interface Transport {
  readonly tls: HttpHandler['tls'];
  readonly route: Pick<Route, 'origin' | 'proxy' | 'isTunnel'>;
  /** The name that TLS asks for, when it is not the URL's. */
  readonly servername?: string | undefined;
}

/** The use of a pool; the pool's connections end when the last lease is released. */
export interface Lease {
  readonly dispatcher: Dispatcher;
  /** Call it once. Requests still under way on a pool that nobody else holds are aborted. */
  release(): Promise<void>;
}

interface Shared {
  readonly dispatcher: Dispatcher;
  readonly ended: AbortController;
  leases: number;
}

/** A connection that takes longer is given up; the attempts that wait for it have a deadline of their own. */
const connectMs = 30_000;

/** Keep-alive pools, one per origin, TLS and proxy settings. */
export class Connections {
  readonly guard: AddressGuard;
  readonly #shared = new Map<string, Shared>();

  constructor(guard: AddressGuard) {
    this.guard = guard;
  }

  lease(transport: Transport): Lease {
    const { tls, route, servername } = transport;
    const key = JSON.stringify([route.origin, tls, route.proxy, route.isTunnel, servername]);
    const shared = this.#shared.get(key) ?? this.#open(transport);
    this.#shared.set(key, shared);
    shared.leases++;
    return {
      dispatcher: shared.dispatcher,
      release: async () => {
        if (--shared.leases > 0) return;
        this.#shared.delete(key);
        await shared.dispatcher.destroy();
        shared.ended.abort();
      },
    };
  }

  #open({ tls, route, servername }: Transport): Shared {
    const ended = new AbortController();
    setMaxListeners(0, ended.signal);
    // The signal ends what undici does not know yet: sockets that are still connecting.
    const socket = { lookup: this.guard.lookup, timeout: connectMs, signal: ended.signal };
    const direct = named(servername, buildConnector({ ...present(tls), ...socket, allowH2: false }));
    const { origin, proxy, isTunnel } = route;
    const connect =
      proxy === null
        ? direct
        : isTunnel
          ? tunnelThrough(proxy, socket, direct)
          : named(undefined, buildConnector({ ...socket, allowH2: false }));
    const dispatcher = new Pool(origin, {
      allowH2: false,
      connect,
      factory: (to, options) => new WiredClient(to, options as WiredOptions),
      // The attempt's own deadline covers the whole exchange; undici's timers are coarse and know its parts only.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { dispatcher, ended, leases: 0 };
  }
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
