import { type Cut, Pattern, shortest } from './pattern.ts';
import type { Secrecy } from './secrecy.ts';

/** A longer secret is found part by part, in characters: the memory that a search takes grows with them. */
const longestPart = 1024;
/** So much of a secret is looked for first, which is fast: a text without it, and without escapes, has no secret. */
const glance = 32;

/** A secret, ready to be found. */
export class Secret {
  readonly #text: string;
  #patterns: readonly Pattern[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  hideIn(secrecy: Secrecy, cut: Cut): void {
    if (cut === null && !secrecy.hasEscapes && !secrecy.text.includes(this.#text.slice(0, glance))) return;
    this.#patterns ??= partsOf([...this.#text]).map((characters) => new Pattern(characters));
    for (const pattern of this.#patterns) pattern.hideIn(secrecy, cut);
  }
}

/** Each overlaps with the one before, so that a cut leaves enough of one to be found. */
function partsOf(characters: readonly string[]): (readonly string[])[] {
  const count = Math.max(1, Math.ceil((characters.length - shortest) / (longestPart - shortest)));
  return Array.from({ length: count }, (_, index) => {
    const from = index * (longestPart - shortest);
    return characters.slice(from, from + longestPart);
  });
}
