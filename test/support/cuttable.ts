import { Socket } from 'node:net';
import type { Server } from '../../src/engine/store/postgres/server.ts';

/** The way to a server of PostgreSQL, which breaks when a test wants it. */
export class CuttableServer {
  readonly server: Server;
  readonly #sockets = new Set<Socket>();
  #isCutOff = false;

  constructor(url: string) {
    const withSockets = { connectionString: url, stream: () => this.#socket() };
    this.server = withSockets;
  }

  /** All connections break; new ones can be made. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** All break, and no new one comes about until it is restored. */
  cutOff(): void {
    this.#isCutOff = true;
    this.cut();
  }

  restore(): void {
    this.#isCutOff = false;
  }

  #socket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#isCutOff) setImmediate(() => socket.destroy(new Error('it is cut off')));
    return socket;
  }
}
