/** Where a frame stands: the run of Node-RED that sent it, and its number there. */
export interface FramePlace {
  readonly boot: string;
  readonly seq: number;
}

/** Notices when frames of the live feed are missing: a number was left out, or Node-RED was started anew. */
export class FeedSequence {
  #last: FramePlace | undefined;

  /** `gap`: what was missed can only be fetched; the frame itself is good. `old`: it was seen before. */
  follow(place: FramePlace): 'next' | 'gap' | 'old' {
    const last = this.#last;
    if (last?.boot === place.boot && place.seq <= last.seq) return 'old';
    this.#last = place;
    return last === undefined || (last.boot === place.boot && place.seq === last.seq + 1) ? 'next' : 'gap';
  }

  /** Node-RED says which run it is. @returns whether it is another one than before */
  greet(boot: string): boolean {
    const another = this.#last !== undefined && this.#last.boot !== boot;
    if (another) this.#last = undefined;
    return another;
  }
}
