import { type Dispatcher, errors } from 'undici';
import { Deadline } from '../deadline.ts';
import { bodyCapture } from './answer-text.ts';
import type { ResponseHeaders } from './head.ts';
import type { Answer, Wire } from './wire.ts';
import type { OnWire } from './wired-client.ts';

/** What came of a request. */
export interface Exchanged {
  /** null when no byte of an answer came. */
  readonly answer: Answer | null;
  /** The last interim answer's status (1xx). */
  readonly interim: number | null;
  /** Why the answer is not whole, or did not come; null when it is whole. */
  readonly error: Error | null;
}

/** The attempt's time was up. */
export class DeadlinePassed extends Error {
  /** Whether the request had been sent by then. */
  readonly isSent: boolean;
  constructor(isSent: boolean) {
    super('deadline passed');
    this.isSent = isSent;
  }
}

/** The body is not in chunks as its head says. */
export class UnreadableBody extends Error {}

/** A body beyond this is not read on to get its connection back: a new connection is cheaper, in bytes. */
const drainedBytes = 512 * 1024;

/**
 * Sends one request and reads the answer, all within `timeoutMs`. Resolves as soon as the outcome is certain:
 * the rest of a longer body is read on, up to 512 KiB, so that its connection can be used again.
 * Never rejects: what goes wrong is an Error, `DeadlinePassed` among them, beside what had come by then.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  timeoutMs: number,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    dispatcher.dispatch(request, new Exchange(timeoutMs, resolve));
  });
}

class Exchange implements Dispatcher.DispatchHandler, OnWire {
  readonly #resolve: (result: Exchanged) => void;
  readonly #deadline: Deadline;
  #over = false;
  #controller: Dispatcher.DispatchController | null = null;
  #wire: Wire | null = null;
  #answer: Answer | null = null;

  constructor(timeoutMs: number, resolve: (result: Exchanged) => void) {
    this.#resolve = resolve;
    this.#deadline = new Deadline(timeoutMs, () => this.#expire());
  }

  onWire(wire: Wire): void {
    this.#wire = wire;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Aborted here, before a byte is written, a request whose time is up is never sent after the fact.
    if (this.#over) return controller.abort(new DeadlinePassed(false));
    this.#controller = controller;
    this.#wire?.expect();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, written: ResponseHeaders): void {
    const headers = this.#wire?.mended?.headers ?? written;
    this.#answer = { status, headers, body: bodyCapture(headers) };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#answer === null) return;
    const { body } = this.#answer;
    body.push(chunk);
    if (body.full) this.#settle(null);
    if (body.received > drainedBytes) controller.abort(new Error('the rest of the body is not wanted'));
  }

  onResponseEnd(): void {
    this.#end(null);
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (error.name !== 'HTTPParserError' || this.#answer === null) return this.#end(error);
    // The head was read before undici read it: what it can not read are chunks.
    const [, reason = error.message] = /\(([^()]*)\)$/.exec(error.message) ?? [];
    if (reason === 'Invalid EOF state') return this.#end(new errors.SocketError('closed within a chunk'));
    const { data } = error as { readonly data?: unknown };
    if (typeof data === 'string') this.#answer.body.push(Buffer.from(data));
    this.#end(new UnreadableBody(reason));
  }

  #expire(): void {
    const passed = new DeadlinePassed(this.#controller !== null);
    this.#end(passed);
    this.#controller?.abort(passed);
  }

  /** The deadline goes on while more of a body comes whose beginning was enough. */
  #settle(error: Error | null): void {
    // A wire is another request's until this one has begun.
    const wire = this.#controller === null ? null : this.#wire;
    const answer = this.#answer ?? wire?.beginning ?? null;
    this.#resolve({ answer, interim: wire?.interim ?? null, error });
  }

  #end(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline.end();
    this.#settle(error);
  }
}
