/**
 * Splits text into what can be searched for. Words are runs of letters and digits, without case and diacritics.
 * Words joined by one of `@ . _ -` are one word: `10.0.0.5`, `acc-2026-0042`, `anna@mail.example`. Such a word is
 * also found from each of its parts on (`mail.example`), so that every part of it can be begun with.
 */
const word = /[\p{L}\p{N}]+(?:[@._-][\p{L}\p{N}]+)*/gu;
const joints: ReadonlySet<number> = new Set(Array.from('@._-', (joint) => joint.charCodeAt(0)));
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
  for (const found of fold(unescaped(text)).match(word) ?? []) {
    let from: number | undefined = 0;
    for (let part = 0; part < mostParts && from !== undefined; part += 1) {
      words.add(found.slice(from, from + longest));
      from = nextPart(found, from);
    }
  }
}

/** The words of what a user typed; each once. */
export function searchWords(text: string): readonly SearchWord[] {
  const words = new Set((fold(text).match(word) ?? []).map((found) => found.slice(0, longest)));
  return [...words].map((one) => ({ word: one, prefix: one.length > 1 }));
}

export function hasWords(text: string): boolean {
  return searchWords(text).length > 0;
}

/** Whether a text with these words is found by a search. */
export function matches(words: ReadonlySet<string>, search: readonly SearchWord[]): boolean {
  return search.every(({ word, prefix }) => words.has(word) || (prefix && hasBeginning(words, word)));
}

/** Where the next part of a word begins. */
function nextPart(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at += 1) if (joints.has(text.charCodeAt(at))) return at + 1;
  return undefined;
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
