import {
  answers,
  type Behaviour,
  type MisbehavingServer,
  misbehavingServer,
  type ReceivedRequest,
} from '../../support/misbehaving-server.ts';

/** Whom the handlers call: each has a path, and is answered as it is told; `200` unless told. */
export class Receivers {
  readonly #server: MisbehavingServer;
  readonly #behaviours = new Map<string, Behaviour>();

  static async start(): Promise<Receivers> {
    return new Receivers(await misbehavingServer());
  }

  private constructor(server: MisbehavingServer) {
    this.#server = server;
    server.become((exchange) => {
      const handler = exchange.received.path.slice(1);
      (this.#behaviours.get(handler) ?? answers(200, `${handler} has it`))(exchange);
    });
  }

  url(handler: string): string {
    return `${this.#server.url}/${handler}`;
  }

  /** From now on. */
  answer(handler: string, behaviour: Behaviour): void {
    this.#behaviours.set(handler, behaviour);
  }

  /** What some handlers were told, in the order it came. */
  calls(...handlers: readonly string[]): readonly ReceivedRequest[] {
    return this.#server.received.filter(({ path }) => handlers.includes(path.slice(1)));
  }

  /** All of an event, whoever was called, in the order it came. */
  callsOf(event: string): readonly ReceivedRequest[] {
    return this.#server.received.filter(({ headers }) =>
      String(headers['webhook-id']).startsWith(`${event}_`),
    );
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
