import { StringDecoder } from 'node:string_decoder';
import type { Redaction } from './redaction/redaction.ts';

/** As much is kept of a response body or of a script's output, in bytes. */
export const keptBytes = 64 * 1024;

/** What was captured, as it goes from one process to another. */
export interface Captured {
  readonly bytes: Buffer;
  /** As many bytes came, kept or not. */
  readonly received: number;
}

/** Keeps the first bytes of a stream, 64 KiB unless told otherwise, and counts the rest. */
export class TextCapture {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #received = 0;

  constructor(limit = keptBytes) {
    this.#limit = limit;
  }

  /** Goes on with what another process captured. */
  static of({ bytes, received }: Captured): TextCapture {
    const capture = new TextCapture();
    capture.push(bytes);
    capture.#received = received;
    return capture;
  }

  get captured(): Captured {
    return { bytes: this.bytes, received: this.#received };
  }

  /** Whether more came than is kept. */
  get isCut(): boolean {
    return this.#received > this.#kept;
  }

  /** Bytes that came, kept or not. */
  get received(): number {
    return this.#received;
  }

  /** What is kept. */
  get bytes(): Buffer {
    const [first] = this.#chunks;
    return first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }

  /** Whether what is kept can not change any more. */
  get full(): boolean {
    return this.#received >= this.#limit;
  }

  push(chunk: Buffer): void {
    this.#received += chunk.length;
    const room = this.#limit - this.#kept;
    if (room === 0) return;
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(kept);
    this.#kept += kept.length;
  }

  /**
   * What was kept, as UTF-8 cut at a character's boundary, invalid bytes replaced by U+FFFD, secrets redacted;
   * the empty string when nothing came. No longer than what may be kept.
   */
  text(redaction: Redaction): string {
    if (this.#kept === 0) return '';
    const text = this.isCut ? wholeCharacters(this.bytes) : this.bytes.toString('utf8');
    // U+FFFD takes three bytes, and may stand for one.
    if (this.#kept * 3 > this.#limit && Buffer.byteLength(text) > this.#limit)
      return redaction.cutText(wholeCharacters(Buffer.from(text).subarray(0, this.#limit)));
    return this.isCut ? redaction.cutText(text) : redaction.text(text);
  }
}

/** A decoder that is never ended holds back the bytes of a character that a cut took apart. */
function wholeCharacters(bytes: Buffer): string {
  return new StringDecoder('utf8').write(bytes);
}

/** As much of a text as a capture keeps of a stream. @param isCut whether its end is missing already */
export function keptText(text: string, redaction: Redaction, isCut = false): string {
  if (isCut && Buffer.byteLength(text) <= keptBytes) return redaction.cutText(text);
  const capture = new TextCapture();
  capture.push(Buffer.from(text));
  return capture.text(redaction);
}
