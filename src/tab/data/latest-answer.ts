/** Knows answers that come too late: a later question has been answered before them. */
export class LatestAnswer {
  #asked = 0;
  #answered = 0;

  /** A question is put. @returns whether its answer comes too late, to be asked when it comes */
  ask(): () => boolean {
    this.#asked += 1;
    const turn = this.#asked;
    return () => {
      if (turn < this.#answered) return true;
      this.#answered = turn;
      return false;
    };
  }
}
