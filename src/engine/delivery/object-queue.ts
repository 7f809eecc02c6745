import { TransientMap } from '../words/transient-map.ts';

/**
 * Lets what concerns one object go on in the order it came in, though each may have to find something out first.
 * Nothing is held of an object that nothing is under way for.
 */
export class ObjectQueue {
  readonly #last = new TransientMap<string, Promise<unknown>>();

  /** Whether something of the object is under way. */
  has(object: string): boolean {
    return this.#last.has(object);
  }

  /**
   * Finds something out, and goes on with it, once all that came before has gone on.
   * @param goOn its work counts as gone on with as soon as it has returned its promise
   */
  async run<F, T>(object: string, findOut: () => Promise<F>, goOn: (found: F) => Promise<T>): Promise<T> {
    const before = this.#last.get(object);
    const going = Promise.resolve(before)
      .then(findOut)
      .then((found) => ({ result: goOn(found) }));
    const gone = going.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(object, gone);
    void gone.then(() => {
      if (this.#last.get(object) === gone) this.#last.delete(object);
    });
    return (await going).result;
  }
}
