import { setMaxListeners } from 'node:events';
import { type Dispatcher, Pool } from 'undici';
import type { AddressGuard } from './address-guard.ts';
import { connectorOf, type Transport } from './connector.ts';
import { WiredClient, type WiredOptions } from './wired-client.ts';

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

  #open(transport: Transport): Shared {
    const ended = new AbortController();
    setMaxListeners(0, ended.signal);
    // The signal ends what undici does not know yet: sockets that are still connecting.
    const connect = connectorOf(transport, {
      guard: this.guard,
      timeout: connectMs,
      signal: ended.signal,
    });
    const dispatcher = new Pool(transport.route.origin, {
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
