import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { Wire } from './wire.ts';

/** A handler of a dispatch that wants to know the wire it goes over. */
export interface OnWire {
  onWire(wire: Wire): void;
}

export type WiredOptions = Client.Options & { readonly connect: buildConnector.connector };

/** One connection at a time, which is a wire, and one request on it at a time. */
export class WiredClient extends Client {
  readonly #wire: Wire;

  constructor(origin: URL, options: WiredOptions) {
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
