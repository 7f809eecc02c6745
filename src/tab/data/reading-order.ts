/** Knows what came first: what was told, what was asked for, what was missed. Moments are counted, not measured. */
export class ReadingOrder {
  #now = 0;
  /** When that was asked for which was answered last. */
  #answered = 0;
  #missedAt = 0;
  /** When the reading was asked for that all rows go back to. */
  #begunAt = 0;

  /** Something is told, or asked for. @returns the moment */
  next(): number {
    this.#now += 1;
    return this.#now;
  }

  /** Something has changed that was not told. */
  miss(): void {
    this.#missedAt = this.next();
  }

  /** Whether rows may be out of date, though nothing is told of them. */
  get hasMissed(): boolean {
    return this.#missedAt > this.#begunAt;
  }

  /** An answer comes. @returns whether a later question has been answered before */
  comesTooLate(asked: number): boolean {
    if (asked < this.#answered) return true;
    this.#answered = asked;
    return false;
  }

  /** All rows are those of this reading. */
  begin(asked: number): void {
    this.#begunAt = asked;
  }
}
