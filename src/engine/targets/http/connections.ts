import { setMaxListeners } from 'node:events';
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { HttpHandler } from '../../handler.ts';
import type { AddressGuard } from '../address-guard.ts';

/** What two handlers must have in common to share connections. */
export type Transport = Pick<HttpHandler, 'tls' | 'proxy'>;

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

/** Keep-alive pools, one per origin, shared by the handlers whose TLS and proxy settings are the same. */
export class Connections {
  readonly #guard: AddressGuard;
  readonly #shared = new Map<string, Shared>();

  constructor(guard: AddressGuard) {
    this.#guard = guard;
  }

  get guard(): AddressGuard {
    return this.#guard;
  }

  /** @throws TypeError when the proxy's URL is none */
  lease(transport: Transport): Lease {
    const key = JSON.stringify([transport.tls, transport.proxy]);
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

  #open({ tls, proxy }: Transport): Shared {
    const ended = new AbortController();
    setMaxListeners(0, ended.signal);
    // The signal ends what undici does not know yet: sockets that are still connecting.
    const socket = { lookup: this.#guard.lookup, timeout: connectMs, signal: ended.signal };
    const direct = { ...present(tls), ...socket };
    const options = {
      allowH2: false,
      connect: buildConnector({ ...direct, allowH2: false }),
      // The attempt's own deadline covers the whole exchange; undici's timers are coarse and know its parts only.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    const dispatcher = proxy
      ? new EnvHttpProxyAgent({
          ...options,
          httpProxy: proxy.url,
          httpsProxy: proxy.url,
          noProxy: proxy.noProxy.join(','),
          requestTls: { ...direct, allowH2: false },
          proxyTls: { ...socket, allowH2: false },
        })
      : new Agent(options);
    return { dispatcher, ended, leases: 0 };
  }
}

/** The editor gives empty strings for what was left out. */
function present(tls: Transport['tls']): object {
  return Object.fromEntries(
    Object.entries(tls ?? {}).filter(([, value]) => value !== '' && value !== undefined),
  );
}
