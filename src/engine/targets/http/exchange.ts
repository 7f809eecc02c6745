import type { Dispatcher } from 'undici';
import { Deadline } from '../deadline.ts';
import { TextCapture } from '../text-capture.ts';

type ResponseHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: TextCapture;
}

/** How far an attempt had come when its time was up. */
export type Phase = 'connecting' | 'waiting' | 'receiving';

/** The attempt's time was up. */
export class DeadlinePassed extends Error {
  readonly phase: Phase;
  constructor(phase: Phase) {
    super(`deadline passed while ${phase}`);
    this.phase = phase;
  }
}

/** A body beyond this is not read on to get its connection back: a new connection is cheaper, in bytes. */
const drainedBytes = 512 * 1024;

/**
 * Sends one request and reads the answer, all within `timeoutMs`. Resolves as soon as the outcome is certain:
 * the rest of a longer body is read on, up to 512 KiB, so that its connection can be used again.
 * Never rejects: what goes wrong is an Error, `DeadlinePassed` among them.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  timeoutMs: number,
): Promise<Answer | Error> {
  return new Promise((resolve) => {
    dispatcher.dispatch(request, new Exchange(timeoutMs, resolve));
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (result: Answer | Error) => void;
  readonly #deadline: Deadline;
  #phase: Phase = 'connecting';
  #over = false;
  #controller: Dispatcher.DispatchController | null = null;
  #answer: Answer | null = null;

  constructor(timeoutMs: number, resolve: (result: Answer | Error) => void) {
    this.#resolve = resolve;
    this.#deadline = new Deadline(timeoutMs, () => this.#expire());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Aborted here, before a byte is written, a request whose time is up is never sent after the fact.
    if (this.#over) controller.abort(new DeadlinePassed('connecting'));
    this.#controller = controller;
    this.#phase = 'waiting';
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return;
    this.#phase = 'receiving';
    this.#answer = { status, headers, body: new TextCapture() };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#answer === null) return;
    const { body } = this.#answer;
    body.push(chunk);
    if (body.full) this.#resolve(this.#answer);
    if (body.received > drainedBytes) controller.abort(new Error('the rest of the body is not wanted'));
  }

  onResponseEnd(): void {
    this.#end(this.#answer ?? new Error('the response has no head'));
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    this.#end(error);
  }

  #expire(): void {
    const passed = new DeadlinePassed(this.#phase);
    this.#end(passed);
    this.#controller?.abort(passed);
  }

  #end(result: Answer | Error): void {
    this.#over = true;
    this.#deadline.end();
    this.#resolve(result);
  }
}
