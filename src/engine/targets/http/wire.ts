import type { Socket } from 'node:net';
import { TextCapture } from '../text-capture.ts';
import { FlawedAnswer, foreignTongue, headBytes } from './flawed-answer.ts';
import {
  fieldsOf,
  headersOf,
  isWellWritten,
  type MendedHead,
  mended,
  type ResponseHeaders,
  statusOf,
} from './head.ts';

/** What came of an answer. */
export interface Answer {
  /** null when not even a status line came. */
  readonly status: number | null;
  readonly headers: ResponseHeaders;
  /** Also what is no head of HTTP. */
  readonly body: TextCapture;
}

const nothing = Buffer.alloc(0);

/**
 * Hears the head of each answer before undici does, which ends the connection over an interim answer (1xx) that it
 * did not ask for, over a head that is not written to the letter, and keeps nothing of one that does not end.
 * Interim answers are passed over, a head that can be understood is passed on as it should have been written.
 */
export class Wire {
  #awaits = false;
  #bytes: Buffer = nothing;
  #interim: number | null = null;
  #mended: MendedHead | null = null;

  /** A request is about to be sent: what comes next is its answer. */
  expect(): void {
    this.#awaits = true;
    this.#bytes = nothing;
    this.#interim = null;
    this.#mended = null;
  }

  /** The status of the last interim answer; null when there was none. */
  get interim(): number | null {
    return this.#interim;
  }

  /** The head of the answer, if it was not well written. */
  get mended(): MendedHead | null {
    return this.#mended;
  }

  /** What came of an answer whose head is not over, or not understood; null when nothing did, or all of it. */
  get beginning(): Answer | null {
    if (this.#bytes.length === 0) return null;
    const head = this.#bytes.toString('latin1');
    const status = statusOf(head);
    const body = new TextCapture();
    if (status === null) {
      body.push(this.#bytes);
      return { status, headers: {}, body };
    }
    const end = endOfHead(this.#bytes);
    if (end !== -1) body.push(this.#bytes.subarray(end));
    return { status, headers: headersOf(fieldsOf(end === -1 ? head : head.slice(0, end))), body };
  }

  tap(socket: Socket): void {
    const push = socket.push.bind(socket);
    socket.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
      if (!this.#awaits || chunk === null) return push(chunk, encoding);
      try {
        const heard = this.#hear(chunk);
        return heard === null || push(heard);
      } catch (error) {
        this.#awaits = false;
        socket.destroy(error as Error);
        return false;
      }
    };
  }

  /**
   * @returns the bytes to pass on, once the head is over
   * @throws FlawedAnswer
   */
  #hear(chunk: Buffer): Buffer | null {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const begins = startOf(this.#bytes);
      const foreign = begins === this.#bytes.length ? null : foreignTongue(this.#bytes.subarray(begins));
      if (foreign) throw foreign;
      const end = endOfHead(this.#bytes);
      if (end > headBytes || (end === -1 && this.#bytes.length > headBytes)) {
        throw new FlawedAnswer(`with more headers than are accepted (${headBytes / 1024} KiB)`);
      }
      if (end === -1) return null;
      const head = this.#bytes.toString('latin1', begins, end);
      const strange = isWellWritten(head) ? null : mended(head);
      const status = strange?.status ?? Number(head.slice(9, 12));
      if (status === 101) throw new FlawedAnswer('HTTP 101 Switching Protocols, which nobody had asked for');
      const bytes = this.#bytes;
      if (status >= 200) {
        this.#awaits = false;
        this.#bytes = nothing;
        this.#mended = strange;
        return strange ? Buffer.concat([Buffer.from(strange.text, 'latin1'), bytes.subarray(end)]) : bytes;
      }
      this.#interim = status;
      this.#bytes = bytes.subarray(end);
      if (this.#bytes.length === 0) return null;
    }
  }
}

/** Where an answer begins: empty lines before it are none of it. */
function startOf(bytes: Buffer): number {
  let start = 0;
  while (bytes[start] === 0x0d || bytes[start] === 0x0a) start++;
  return start;
}

/** After the empty line that ends a head, whichever way its lines end; -1 when there is none yet. */
function endOfHead(bytes: Buffer): number {
  const start = startOf(bytes);
  for (let feed = bytes.indexOf(0x0a, start); feed !== -1; feed = bytes.indexOf(0x0a, feed + 1)) {
    if (bytes[feed + 1] === 0x0a) return feed + 2;
    if (bytes[feed + 1] === 0x0d && bytes[feed + 2] === 0x0a) return feed + 3;
  }
  return -1;
}
