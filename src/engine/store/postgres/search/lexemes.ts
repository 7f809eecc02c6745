import type { ExecutionFilter } from '../../log.ts';
import { facetsOf } from '../../reading/text-document.ts';
import type { SearchWord } from '../../search-words.ts';

/** Bytes of a document's words at most: PostgreSQL takes one MiB of them, with what it keeps of each. */
const mostBytes = 800_000;
/** What it keeps of each word. */
const bytesOfEach = 8;

/** What stands for words of a document in the index: each belongs to a slice, and stands beside the others of that. */
export function lexemesOf(slice: number, words: Iterable<string>): string[] {
  const lexemes: string[] = [];
  let bytes = 0;
  for (const word of words) {
    const one = lexeme(slice, word);
    bytes += Buffer.byteLength(one) + bytesOfEach;
    if (bytes > mostBytes) break;
    lexemes.push(one);
  }
  return lexemes;
}

/** A search in a slice, as the text of a tsquery. What it finds may have been something else when it was indexed. */
export function queryOf(slice: number, search: readonly SearchWord[], filter: ExecutionFilter): string {
  const words = search.map(({ word, prefix }) => quoted(lexeme(slice, word)) + (prefix ? ':*' : ''));
  const facets = facetsOf(filter).map(
    (either) => `(${either.map((facet) => quoted(lexeme(slice, facet))).join(' | ')})`,
  );
  return [...words, ...facets].join(' & ');
}

function lexeme(slice: number, word: string): string {
  // A word may have been cut in the middle of a character.
  return `${slice.toString(36)} ${word.toWellFormed()}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
