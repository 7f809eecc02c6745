/**
 * Splits text into what can be searched for. Words are runs of letters and digits, without case and diacritics.
 * Words joined by one of `@ . _ -` are one word: `10.0.0.5`, `acc-2026-0042`, `anna@mail.example`. Such a word is
 * also found from each of its parts on (`mail.example`), so that every part of it can be begun with.
 */
const word = /[\p{L}\p{N}]+(?:[@._-][\p{L}\p{N}]+)*/gu;
const joint = /[@._-]/;
const marks = /\p{M}+/gu;

/** Longer words are cut; what follows can't be searched for. Characters. */
const longest = 64;
/** A chain of more parts than this is found from its first ones only. */
const mostParts = 8;

/** A word of a search. */
export interface SearchWord {
  readonly word: string;
  /** It also finds words that begin with it. A single character does not: it would find everything. */
  readonly prefix: boolean;
}

/** Adds the words of a text to a set. */
export function addWords(text: string, words: Set<string>): void {
  for (const [found] of fold(unescaped(text)).matchAll(word)) {
    let rest = found;
    for (let part = 0; part < mostParts; part += 1) {
      words.add(rest.slice(0, longest));
      const end = rest.search(joint);
      if (end < 0) break;
      rest = rest.slice(end + 1);
    }
  }
}

/** The words of what a user typed; each once. */
export function searchWords(text: string): readonly SearchWord[] {
  const words = new Set(Array.from(fold(text).matchAll(word), ([found]) => found.slice(0, longest)));
  return [...words].map((one) => ({ word: one, prefix: one.length > 1 }));
}

export function hasWords(text: string): boolean {
  return searchWords(text).length > 0;
}

/** Whether a text with these words is found by a search. */
export function matches(words: ReadonlySet<string>, search: readonly SearchWord[]): boolean {
  return search.every(({ word, prefix }) => words.has(word) || (prefix && hasBeginning(words, word)));
}

function hasBeginning(words: ReadonlySet<string>, beginning: string): boolean {
  for (const one of words) if (one.startsWith(beginning)) return true;
  return false;
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(marks, '').toLowerCase();
}

/** In JSON a line break is written `\n` and a letter perhaps `\u00e9`: the letters of an escape are no word. */
function unescaped(text: string): string {
  if (!/^\s*[[{"]/.test(text) || !text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|.)/g, (_, code?: string) =>
    code === undefined ? ' ' : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
