/** So much is kept of what a long-lived process wrote to standard error, in bytes. */
const tailBytes = 4096;

/** Keeps the last 4 KiB of a byte stream. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    // A copy: a part of a chunk would keep all of it in memory.
    const bytes = chunk.length >= tailBytes ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#bytes = Buffer.from(bytes.subarray(-tailBytes));
  }

  /** As UTF-8, without the beginning that the cut took apart; the empty string when nothing came. */
  text(): string {
    const text = this.#bytes.toString('utf8');
    return (this.#bytes.length < tailBytes ? text : text.replace(/^\ufffd+/, '')).trim();
  }
}
