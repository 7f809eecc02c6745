import type { Comms } from '../data/live-feed.ts';
import { accessToken } from './sign-in.ts';

type Callback = (topic: string, data: unknown) => void;

/** Ms until a connection that was lost is tried again. */
const again = 2000;

/** What the runtime tells of on its WebSocket, as the editor subscribes to it. */
export class PageComms implements Comms {
  readonly #callbacks = new Map<string, Set<Callback>>();
  readonly #connected = new Set<() => void>();
  #socket: WebSocket | undefined;

  subscribe(topic: string, callback: Callback): void {
    this.#callbacks.set(topic, (this.#callbacks.get(topic) ?? new Set()).add(callback));
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send({ subscribe: topic });
    else this.#socket ??= this.#connect();
  }

  unsubscribe(topic: string, callback: Callback): void {
    this.#callbacks.get(topic)?.delete(callback);
  }

  on(_event: 'connect', callback: () => void): void {
    this.#connected.add(callback);
  }

  off(_event: 'connect', callback: () => void): void {
    this.#connected.delete(callback);
  }

  #connect(): WebSocket {
    const url = new URL('comms', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    const token = accessToken();
    socket.addEventListener('open', () => (token ? this.#send({ auth: token }) : this.#begin()));
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data))));
    socket.addEventListener('close', () => {
      setTimeout(() => {
        this.#socket = this.#connect();
      }, again);
    });
    return socket;
  }

  #begin(): void {
    for (const topic of this.#callbacks.keys()) this.#send({ subscribe: topic });
    for (const callback of this.#connected) callback();
  }

  #receive(message: unknown): void {
    if (!Array.isArray(message)) {
      // A token that is good no longer is told by the next request, too.
      if ((message as { auth?: string }).auth === 'ok') this.#begin();
      return;
    }
    for (const { topic, data } of message as readonly { topic?: string; data?: unknown }[])
      for (const callback of this.#callbacks.get(topic ?? '') ?? []) callback(topic ?? '', data);
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }
}
