import { beginsEscape } from './readings.ts';
import { type Positions, positionsOf, Rows } from './rows.ts';
import type { Secrecy } from './secrecy.ts';

/** Where a text was cut off. */
export type Cut = 'beginning' | 'end' | null;

/** So many characters of a secret are worth hiding where a cut left no more of it. */
export const shortest = 4;

/** What may be left of an escape whose end was cut off. */
const cutEscape =
  /^(?:(?:%[\dA-Fa-f]{0,8}){0,4}|(?:\\{0,15}|%(?:25){0,3}5[Cc])(?:[ux][\dA-Fa-f]{0,3})?|&[#;A-Za-z\d]{0,24})$/;
const longestCutEscape = 36;

/**
 * Finds characters in each way in which a text can be read, by Shift-And (Baeza-Yates and Gonnet, "A new approach to
 * text searching", 1992): forth through the text, to see where it can be read to its end; and from there back, to
 * hide what was read. The work grows with the text, and with each 32 characters of the pattern, whatever they are.
 */
export class Pattern {
  readonly #first: string;
  readonly #length: number;
  readonly #positions: ReadonlyMap<number, Positions>;

  /** @param characters `shortest` of them at least */
  constructor(characters: readonly string[]) {
    this.#first = characters[0] ?? '';
    this.#length = characters.length;
    const indexes = Map.groupBy(characters.keys(), (index) => characters[index]?.codePointAt(0) ?? 0);
    this.#positions = new Map(
      [...indexes].map(([codePoint, found]) => [codePoint, positionsOf(this.#length, found)]),
    );
  }

  hideIn(secrecy: Secrecy, cut: Cut): void {
    const rows = new Rows(secrecy.text.length + 1, this.#length);
    if (cut === 'beginning') rows.put(0, this.#between(0, this.#length - shortest));
    const last = this.#readForth(secrecy, rows, cut === 'beginning' ? 0 : -1);
    this.#readBack(secrecy, rows, last, cut === 'end');
  }

  /** @returns the last offset that something was read to */
  #readForth(secrecy: Secrecy, rows: Rows, begun: number): number {
    const { text } = secrecy;
    const beginnings = new Beginnings(text, this.#first);
    let last = begun;
    for (let offset = 0; offset < text.length; offset++) {
      if (offset > last) offset = beginnings.from(offset);
      for (const { codePoint, end } of secrecy.readings.at(offset)) {
        const positions = this.#positions.get(codePoint);
        if (positions === undefined) continue;
        secrecy.worked(rows.words);
        if (rows.readForth(offset, end, positions)) last = Math.max(last, end);
      }
    }
    return last;
  }

  #readBack(secrecy: Secrecy, rows: Rows, last: number, isCut: boolean): void {
    const whole = this.#between(this.#length - 1, this.#length);
    const part = this.#between(shortest - 1, this.#length);
    let found = false;
    for (let offset = last; offset >= 0; offset--) {
      if (rows.keep(offset, whole)) found = true;
      if (isCut && isEnd(secrecy.text, offset) && rows.keep(offset, part)) {
        found = true;
        secrecy.hide(offset, secrecy.text.length);
      }
      if (found) this.#hideFrom(secrecy, rows, offset);
      rows.settle(offset);
    }
  }

  #hideFrom(secrecy: Secrecy, rows: Rows, offset: number): void {
    for (const { codePoint, end } of secrecy.readings.at(offset)) {
      const positions = this.#positions.get(codePoint);
      if (positions === undefined) continue;
      secrecy.worked(rows.words);
      if (rows.readBack(offset, end, positions)) secrecy.hide(offset, end);
    }
  }

  #between(from: number, to: number): Positions {
    const all = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
    return positionsOf(this.#length, all);
  }
}

/** Whether a text ends there, or after what may be left of an escape. */
function isEnd(text: string, offset: number): boolean {
  return text.length - offset <= longestCutEscape && cutEscape.test(text.slice(offset));
}

/** Where something may begin: at a character, or at an escape that may mean it. */
class Beginnings {
  readonly #text: string;
  readonly #character: string;
  readonly #escapes = new RegExp(beginsEscape, 'g');
  #nextCharacter = -1;
  #nextEscape = -1;

  constructor(text: string, character: string) {
    this.#text = text;
    this.#character = character;
  }

  /** The first from an offset on, or the end of the text; to be asked for offsets in order. */
  from(offset: number): number {
    if (this.#nextCharacter < offset) {
      const next = this.#text.indexOf(this.#character, offset);
      this.#nextCharacter = next === -1 ? this.#text.length : next;
    }
    if (this.#nextEscape < offset) {
      this.#escapes.lastIndex = offset;
      this.#nextEscape = this.#escapes.exec(this.#text)?.index ?? this.#text.length;
    }
    return Math.min(this.#nextCharacter, this.#nextEscape);
  }
}
