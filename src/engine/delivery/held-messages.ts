/** Messages that executors hold while their events are in the first pass: bounded in number and in size (rule 1). */
export class HeldMessages {
  static readonly messages = 100_000;
  /** Of them, of events that were accepted before: beyond it their messages are made anew from the journal. */
  static readonly accepted = 20_000;
  /** Characters of their envelopes together. */
  static readonly size = 64 * 1024 * 1024;
  #messages = 0;
  #size = 0;

  /**
   * @param accepted its event is in the journal, so that it can be done without
   * @returns false when there is no room for a message of this size
   */
  take(size: number, accepted = false): boolean {
    const limit = accepted ? HeldMessages.accepted : HeldMessages.messages;
    if (this.#messages >= limit || this.#size + size > HeldMessages.size) return false;
    this.#messages += 1;
    this.#size += size;
    return true;
  }

  give(size: number): void {
    this.#messages -= 1;
    this.#size -= size;
  }
}
