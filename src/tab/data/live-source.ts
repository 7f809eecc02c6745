import { Observable } from './observable.ts';

/** Something of one view's own, kept up to date while the view is shown. */
export abstract class LiveSource extends Observable {
  #ends: readonly (() => void)[] = [];

  start(): void {
    this.#ends = this.follow();
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  protected get started(): boolean {
    return this.#ends.length > 0;
  }

  /** Reads, and follows what tells of changes. @returns what ends that */
  protected abstract follow(): readonly (() => void)[];
}
