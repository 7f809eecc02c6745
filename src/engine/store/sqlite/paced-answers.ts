/** Of what large answers let go on, so much is begun in one turn of the event loop, by their sizes. */
const mostInTurn = 32 * 1024;

interface Answer {
  readonly size: number;
  readonly give: () => void;
}

/** Gives answers in the order in which they came; where they are large, others have their turns in between. */
export class PacedAnswers {
  #waiting: Answer[] = [];
  #scheduled = false;

  /** @param size characters of what it lets go on */
  add(size: number, give: () => void): void {
    this.#waiting.push({ size, give });
  }

  /** Gives those of this turn; the others follow by themselves. */
  give(): void {
    if (!this.#scheduled) this.#giveSome();
  }

  /** Gives all that there are. */
  giveAll(): void {
    for (const { give } of this.#waiting.splice(0)) give();
  }

  #giveSome(): void {
    let size = 0;
    const end = this.#waiting.findIndex((answer) => {
      size += answer.size;
      return size >= mostInTurn;
    });
    for (const { give } of this.#waiting.splice(0, end === -1 ? this.#waiting.length : end + 1)) give();
    this.#scheduled = this.#waiting.length > 0;
    if (this.#scheduled) setImmediate(() => this.#giveSome());
  }
}
