/** Messages that executors hold while their events are in the first pass: bounded in number and in size (rule 1). */
export class HeldMessages {
  static readonly messages = 100_000;
  /** Characters of their envelopes together. */
  static readonly size = 64 * 1024 * 1024;
  #messages = 0;
  #size = 0;

  /** @returns false when there is no room for a message of this size */
  take(size: number): boolean {
    if (this.#messages >= HeldMessages.messages || this.#size + size > HeldMessages.size) return false;
    this.#messages += 1;
    this.#size += size;
    return true;
  }

  give(size: number): void {
    this.#messages -= 1;
    this.#size -= size;
  }
}
