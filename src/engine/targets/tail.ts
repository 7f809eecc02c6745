import type { Redaction } from './redaction/redaction.ts';

/** So much is kept of what a long-lived process wrote to standard error, in bytes. */
const tailBytes = 4096;

/** Keeps the last 4 KiB of a byte stream. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0);
  #isCut = false;

  push(chunk: Buffer): void {
    // A copy: a part of a chunk would keep all of it in memory.
    const bytes = chunk.length > tailBytes ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#isCut ||= bytes.length > tailBytes;
    this.#bytes = Buffer.from(bytes.subarray(-tailBytes));
  }

  /**
   * As UTF-8, secrets redacted, also one that the cut took apart; the empty string when nothing came.
   * @param isBroken whether its end did not come
   */
  text(redaction: Redaction, isBroken = false): string {
    const text = this.#bytes.toString('utf8');
    const shown = this.#isCut ? redaction.tailText(text.replace(/^\ufffd+/, '')) : redaction.text(text);
    return (isBroken ? redaction.cutText(shown) : shown).trim();
  }
}
