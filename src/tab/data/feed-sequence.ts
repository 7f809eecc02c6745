import type { Frame } from '../../engine/words/admin-answers.ts';

/** Knows up to which frame the changes of each registry have been read. */
export class FeedSequence {
  readonly #read = new Map<string, number>();
  #boot: string | undefined;

  /** @returns the frame after which changes are to be read; undefined when this one's have been */
  after({ registry, seq, since }: Frame): number | undefined {
    const read = this.#read.get(registry) ?? since;
    return seq > read ? read : undefined;
  }

  /** The changes of a registry have been read up to a frame of this run. */
  read(boot: string, registry: string, seq: number): void {
    if (boot === this.#boot) this.#read.set(registry, Math.max(seq, this.#read.get(registry) ?? 0));
  }

  /** Node-RED says which run it is. @returns whether it is another one than before */
  greet(boot: string): boolean {
    const another = this.#boot !== undefined && this.#boot !== boot;
    if (another) this.#read.clear();
    this.#boot = boot;
    return another;
  }
}
