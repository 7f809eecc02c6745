import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, Pool } from 'undici';
import { Wire } from './wire.ts';

/** A handler of a dispatch that wants to know the wire it goes over. */
export interface OnWire {
  onWire(wire: Wire): void;
}

/** For undici's Agent: a pool of clients whose connections are wires. */
export function wiredPool(origin: string | URL, options: object): Pool {
  return new Pool(origin, { ...options, factory: wiredClient });
}

function wiredClient(origin: URL, options: object): Dispatcher {
  return new WiredClient(origin, options as Client.Options & { connect: buildConnector.connector });
}

/** One connection at a time, and one request on it at a time. */
class WiredClient extends Client {
  readonly #wire: Wire;

  constructor(origin: URL, options: Client.Options & { connect: buildConnector.connector }) {
    const wire = new Wire();
    const connect: buildConnector.connector = (to, callback) =>
      options.connect(to, (...[error, socket]) => {
        if (error) return callback(error, null);
        wire.tap(socket as Socket);
        callback(null, socket);
      });
    super(origin, { ...options, connect, pipelining: 1 });
    this.#wire = wire;
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Partial<OnWire>,
  ): boolean {
    handler.onWire?.(this.#wire);
    return super.dispatch(options, handler);
  }
}
