import type { ExecutionFilter } from '../../log/filter.ts';
import { facetsOf } from '../../reading/text-document.ts';
import type { SearchWord } from '../../search-words.ts';

/** Bytes of a document's words at most: PostgreSQL takes one MiB of them, with what it keeps of each. */
const mostBytes = 800_000;
/** What it keeps of each word. */
const bytesOfEach = 8;

/** What stands for words of a document in the index. */
export function lexemesOf(words: Iterable<string>): string[] {
  const lexemes: string[] = [];
  let bytes = 0;
  for (const word of words) {
    // It may have been cut in the middle of a character.
    const one = word.toWellFormed();
    bytes += Buffer.byteLength(one) + bytesOfEach;
    if (bytes > mostBytes) break;
    lexemes.push(one);
  }
  return lexemes;
}

/** A search, as the text of a tsquery. What it finds may have been something else when it was indexed. */
export function queryOf(search: readonly SearchWord[], filter: ExecutionFilter): string {
  const words = search.map(({ word, prefix }) => quoted(word) + (prefix ? ':*' : ''));
  const facets = facetsOf(filter).map((either) => `(${either.map(quoted).join(' | ')})`);
  return [...words, ...facets].join(' & ');
}

function quoted(text: string): string {
  return `'${text.toWellFormed().replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
