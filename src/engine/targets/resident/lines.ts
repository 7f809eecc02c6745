import { Garbage } from './answer.ts';

/** A line is so long at most, in bytes without its end. */
export const maxLineBytes = 1024 * 1024;

const lineFeed = 0x0a;

/** Takes a byte stream apart into lines, and holds what is no whole line yet. */
export class Lines {
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** Whether there is what no line end has followed yet. */
  get holdsPart(): boolean {
    return this.#heldBytes > 0;
  }

  /**
   * The lines that end in `chunk`, without their ends; empty ones are left out.
   * @throws Garbage when one is longer than 1 MiB, ended or not
   */
  *of(chunk: Buffer): Iterable<string> {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#hold(chunk.subarray(start, end));
      start = end + 1;
      const line = this.#release().trimEnd();
      if (line !== '') yield line;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  #hold(part: Buffer): void {
    this.#heldBytes += part.length;
    if (this.#heldBytes > maxLineBytes) throw new Garbage('it wrote a line longer than 1 MiB');
    this.#held.push(part);
  }

  #release(): string {
    const [only] = this.#held;
    const bytes = this.#held.length === 1 && only ? only : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes.toString('utf8');
  }
}
