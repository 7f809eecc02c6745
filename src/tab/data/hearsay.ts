/** What the live feed has told of rows, and no reading has confirmed since. */
export class Hearsay {
  readonly #told = new Map<string, { readonly at: number; readonly gone: boolean }>();

  /** @param at the moment, on the list's own clock @param gone that the row no longer belongs to the list */
  note(id: string, at: number, gone = false): void {
    this.#told.set(id, { at, gone });
  }

  has(id: string): boolean {
    return this.#told.has(id);
  }

  isGone(id: string): boolean {
    return this.#told.get(id)?.gone ?? false;
  }

  /** Whether something was told of a row after a reading was asked for. @param asked the moment of that */
  isNews(id: string, asked: number): boolean {
    return (this.#told.get(id)?.at ?? asked) > asked;
  }

  /** A reading tells of a row. @returns whether it knows all that was told; that is hearsay no longer then */
  confirm(id: string, asked: number): boolean {
    if (this.isNews(id, asked)) return false;
    this.#told.delete(id);
    return true;
  }

  /** Forgets what concerns none of these, once it is much. */
  tidy(isKept: (id: string) => boolean, most: number): void {
    if (this.#told.size <= most) return;
    for (const id of this.#told.keys()) if (!isKept(id)) this.#told.delete(id);
  }
}
