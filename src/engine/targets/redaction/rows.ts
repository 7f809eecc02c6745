const bitsOfWord = 32;

/** A set of positions in a pattern. */
export type Positions = Int32Array;

export function positionsOf(length: number, positions: Iterable<number>): Positions {
  const set = new Int32Array(Math.ceil(length / bitsOfWord));
  for (const position of positions) {
    const word = Math.floor(position / bitsOfWord);
    set[word] = (set[word] ?? 0) | (1 << (position % bitsOfWord));
  }
  return set;
}

/**
 * For each offset of a text, how much of a pattern can be read right before it: bit k stands for its first k + 1
 * characters. All of them go on together, a word of 32 at a time.
 */
export class Rows {
  /** Of a row: what a step costs. */
  readonly words: number;
  readonly #bits: Int32Array;
  readonly #kept: Int32Array;

  constructor(offsets: number, patternLength: number) {
    this.words = Math.ceil(patternLength / bitsOfWord);
    this.#bits = new Int32Array(offsets * this.words);
    this.#kept = new Int32Array(this.words);
  }

  /** As if what ends at these positions had been read before the offset. */
  put(offset: number, positions: Positions): void {
    this.#bits.set(positions, offset * this.words);
  }

  /**
   * A character is read that stands at these positions of the pattern.
   * @returns whether the pattern begins or goes on with it
   */
  readForth(offset: number, end: number, positions: Positions): boolean {
    const { words } = this;
    let carry = 1;
    let found = 0;
    for (let word = 0; word < words; word++) {
      const before = this.#bits[offset * words + word] ?? 0;
      const after = ((before << 1) | carry) & (positions[word] ?? 0);
      this.#bits[end * words + word] = (this.#bits[end * words + word] ?? 0) | after;
      carry = before >>> 31;
      found |= after;
    }
    return found !== 0;
  }

  /** Of an offset, keeps what ends at these positions. @returns whether something does */
  keep(offset: number, positions: Positions): boolean {
    let found = 0;
    for (let word = 0; word < this.words; word++) {
      const bits = (this.#bits[offset * this.words + word] ?? 0) & (positions[word] ?? 0);
      this.#kept[word] = (this.#kept[word] ?? 0) | bits;
      found |= bits;
    }
    return found !== 0;
  }

  /** Of an offset, keeps what goes on, by that character, to what was kept at its end. @returns whether something does */
  readBack(offset: number, end: number, positions: Positions): boolean {
    const { words } = this;
    let carry = 1;
    let found = 0;
    for (let word = 0; word < words; word++) {
      const before = this.#bits[offset * words + word] ?? 0;
      const after = ((before << 1) | carry) & (positions[word] ?? 0) & (this.#bits[end * words + word] ?? 0);
      this.#kept[word] = (this.#kept[word] ?? 0) | (after >>> 1);
      if (word > 0) this.#kept[word - 1] = (this.#kept[word - 1] ?? 0) | (after << 31);
      carry = before >>> 31;
      found |= after;
    }
    return found !== 0;
  }

  /** Leaves of an offset only what was kept. */
  settle(offset: number): void {
    for (let word = 0; word < this.words; word++) {
      this.#bits[offset * this.words + word] = this.#kept[word] ?? 0;
      this.#kept[word] = 0;
    }
  }
}
