import { type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** What the thread is asked, and what it answers. */
export interface Question {
  readonly schema: string;
  readonly sql: string;
}
export type Answer = { readonly rows: unknown[] } | { readonly error: string };

/**
 * Reads rows of a schema while nothing else happens in this thread: they are as they would be if its process were killed
 * now. Tables look as those in SQLite.
 */
export class PostgresAtOnce {
  readonly #thread: Worker;
  readonly #port: MessagePort;
  /** Counts answers. */
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));

  constructor(url: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1 as unknown as MessagePort;
    this.#thread = new Worker(new URL('postgres-at-once-thread.ts', import.meta.url), {
      workerData: { url, port: port2, answered: this.#answered },
      transferList: [port2 as unknown as MessagePort],
    });
    this.#thread.unref();
    this.#port.unref();
  }

  select<Row>(schema: string, sql: string): Row[] {
    const before = Atomics.load(this.#answered, 0);
    this.#port.postMessage({ schema, sql } satisfies Question);
    Atomics.wait(this.#answered, 0, before);
    const answer = receiveMessageOnPort(this.#port)?.message as Answer;
    if ('error' in answer) throw new Error(answer.error);
    return answer.rows as Row[];
  }
}
