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

  get captured(): Captured {
    return { bytes: this.bytes, received: this.#received };
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

  /** Whether more came than is kept. */
  get full(): boolean {
    return this.#received > this.#limit;
  }

  push(chunk: Buffer): void {
    this.#received += chunk.length;
    const room = this.#limit - this.#kept;
    if (room === 0) return;
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(kept);
    this.#kept += kept.length;
  }
}

/**
 * What was kept, as UTF-8 cut at a character's boundary, invalid bytes and U+0000 (which not every store keeps) replaced
 * by U+FFFD, secrets redacted; the empty string when nothing came. 64 KiB at most.
 * @param isBroken whether its end did not come
 */
export function textOf(captured: Captured, redaction: Redaction, isBroken = false): string {
  // Once: of a capture they are put together each time.
  const { bytes, received } = captured;
  const cut = isBroken || received > bytes.length;
  const text = (cut ? wholeCharacters(bytes) : bytes.toString('utf8')).replaceAll('\0', '\ufffd');
  // U+FFFD takes three bytes, and may stand for one.
  if (bytes.length * 3 > keptBytes && Buffer.byteLength(text) > keptBytes)
    return redaction.cutText(wholeCharacters(Buffer.from(text).subarray(0, keptBytes)));
  return cut ? redaction.cutText(text) : redaction.text(text);
}

/** As much of a text as a capture keeps of a stream. @param isBroken whether its end is missing already */
export function keptText(text: string, redaction: Redaction, isBroken = false): string {
  const bytes = Buffer.from(text);
  return textOf({ bytes: bytes.subarray(0, keptBytes), received: bytes.length }, redaction, isBroken);
}

/** A decoder that is never ended holds back the bytes of a character that a cut took apart. */
function wholeCharacters(bytes: Buffer): string {
  return new StringDecoder('utf8').write(bytes);
}
