/** So many entries come at least before a table is given up. */
const fewest = 64;

/**
 * A map for what comes and goes. A table of a `Map` that V8 gives up points to the one that takes its place (NextTable
 * in its src/objects/ordered-hash-table.h). Once such a table has grown old, all that follow, and what was in them,
 * stay until a full collection: with few entries that soon go, nearly everything that ever was in the map. So this one
 * takes a new map from time to time, which nothing old points to. While it is iterated, nothing may be set.
 */
export class TransientMap<K, V> {
  #entries = new Map<K, V>();
  /** Entries that may come before the next map. */
  #room = fewest;

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** A new key becomes the last one. */
  set(key: K, value: V): void {
    if (this.#room === 0) {
      this.#entries = new Map(this.#entries);
      this.#room = fewest + 2 * this.#entries.size;
    }
    this.#room -= 1;
    this.#entries.set(key, value);
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries = new Map();
    this.#room = fewest;
  }

  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }
}

/** The same of values alone. */
export class TransientSet<T> {
  readonly #entries = new TransientMap<T, undefined>();

  get size(): number {
    return this.#entries.size;
  }

  has(value: T): boolean {
    return this.#entries.has(value);
  }

  add(value: T): void {
    this.#entries.set(value, undefined);
  }

  delete(value: T): boolean {
    return this.#entries.delete(value);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#entries.keys();
  }
}
