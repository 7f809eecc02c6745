import { Unavailable } from '../../words/errors.ts';
import type { Failure } from './writer/protocol.ts';

/** The copies of a journal that are being written. */
export class Backups {
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

  get size(): number {
    return this.#waiting.size;
  }

  begin(file: string): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(file, waiting);
    return waiting.promise;
  }

  end(file: string, failure: Failure | null): void {
    const waiting = this.#waiting.get(file);
    this.#waiting.delete(file);
    if (failure) waiting?.reject(new Unavailable(failure.message));
    else waiting?.resolve();
  }

  fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
