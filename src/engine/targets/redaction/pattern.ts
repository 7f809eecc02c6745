import { beginsEscape } from './readings.ts';
import type { Secrecy } from './secrecy.ts';

/** Where a text was cut off. */
export type Cut = 'beginning' | 'end' | null;

/** So many characters of a secret are worth hiding where a cut left no more of it. */
export const shortest = 4;

/** What may be left of an escape whose end was cut off. */
const cutEscape =
  /^(?:(?:%[\dA-Fa-f]{0,8}){0,4}|(?:\\{0,15}|%(?:25){0,3}5[Cc])(?:[ux][\dA-Fa-f]{0,3})?|&[#;A-Za-z\d]{0,24})$/;
const longestCutEscape = 36;

/** A set of positions in a pattern, a bit for each. */
type Positions = bigint;
const bitsOfWord = 32;

/**
 * Finds characters in each way in which a text can be read, by Shift-And (Baeza-Yates and Gonnet, "A new approach to
 * text searching", 1992): forth through the text, to see where it can be read to its end; and from there back, to
 * hide what was read. The work grows with the text, and with each 32 characters of the pattern, whatever they are.
 */
export class Pattern {
  readonly #length: number;
  /** Of a set: what it costs to work on one. */
  readonly #words: number;
  /** Where each character stands. */
  readonly #positions = new Map<number, Positions>();
  /** Where it may begin: at its first character, or at an escape that may mean it. */
  readonly #beginning: RegExp;

  /** @param characters `shortest` of them at least */
  constructor(characters: readonly string[]) {
    this.#length = characters.length;
    this.#words = Math.ceil(this.#length / bitsOfWord);
    for (const [index, character] of characters.entries()) {
      const codePoint = character.codePointAt(0) ?? 0;
      const others = this.#positions.get(codePoint) ?? 0n;
      this.#positions.set(codePoint, others | between(index, index + 1));
    }
    const first = (characters[0]?.charCodeAt(0) ?? 0).toString(16).padStart(4, '0');
    this.#beginning = new RegExp(beginsEscape.source.replace('[', `[\\u${first}`), 'g');
  }

  hideIn(secrecy: Secrecy, cut: Cut): void {
    // For each offset of the text, how many characters of the pattern can be read right before it: none, everywhere.
    const read: Positions[] = new Array(secrecy.text.length + 1).fill(1n);
    // As if what is missing had been read.
    if (cut === 'beginning') read[0] = between(0, Math.max(1, this.#length - shortest + 1));
    const last = this.#readForth(secrecy, read);
    this.#readBack(secrecy, read, last, cut === 'end');
  }

  /** @returns the last offset that something was read to */
  #readForth(secrecy: Secrecy, read: Positions[]): number {
    const { text } = secrecy;
    let last = 0;
    for (let offset = 0; offset < text.length; offset++) {
      if (offset > last) offset = this.#beginningFrom(offset, text);
      for (const { codePoint, end } of secrecy.readings.at(offset)) {
        const found = (read[offset] ?? 0n) & this.#positionsOf(codePoint, secrecy);
        if (!found) continue;
        read[end] = (read[end] ?? 0n) | (found << 1n);
        last = Math.max(last, end);
      }
    }
    return last;
  }

  /** Hides what goes on to the end of the pattern, and leaves of what was read no more than that. */
  #readBack(secrecy: Secrecy, read: Positions[], last: number, isCut: boolean): void {
    const whole = between(this.#length, this.#length + 1);
    const part = between(shortest, this.#length + 1);
    let isFound = false;
    for (let offset = last; offset >= 0; offset--) {
      const before = read[offset] ?? 0n;
      let kept = before & whole;
      if (isCut && before & part && isEnd(secrecy.text, offset)) {
        kept |= before & part;
        secrecy.hide(offset, secrecy.text.length);
      }
      isFound ||= kept !== 0n;
      if (isFound) kept |= this.#hideFrom(secrecy, read, offset);
      read[offset] = kept;
    }
  }

  /** @returns what was read before that offset, and goes on from there */
  #hideFrom(secrecy: Secrecy, read: readonly Positions[], offset: number): Positions {
    let goesOn = 0n;
    for (const { codePoint, end } of secrecy.readings.at(offset)) {
      const positions = this.#positionsOf(codePoint, secrecy);
      const found = positions && (read[offset] ?? 0n) & positions & ((read[end] ?? 0n) >> 1n);
      if (found) secrecy.hide(offset, end);
      goesOn |= found;
    }
    return goesOn;
  }

  #positionsOf(codePoint: number, secrecy: Secrecy): Positions {
    const positions = this.#positions.get(codePoint);
    if (positions === undefined) return 0n;
    secrecy.worked(this.#words);
    return positions;
  }

  /** The first offset from there on where it may begin, or the end of the text. */
  #beginningFrom(offset: number, text: string): number {
    this.#beginning.lastIndex = offset;
    return this.#beginning.test(text) ? this.#beginning.lastIndex - 1 : text.length;
  }
}

function between(from: number, to: number): Positions {
  return (1n << BigInt(Math.max(from, to))) - (1n << BigInt(from));
}

/** Whether a text ends there, or after what may be left of an escape. */
function isEnd(text: string, offset: number): boolean {
  return text.length - offset <= longestCutEscape && cutEscape.test(text.slice(offset));
}
