import type { ExecutionFilter } from '../../log/filter.ts';
import { facetsOf } from '../../reading/text-document.ts';
import type { SearchWord } from '../../search-words.ts';

/** What the index is asked, in FTS5's language. It may find too much: another row of the same ms, or an older state. */
export interface IndexQuery {
  /** Empty: none are asked for, but there are facets. */
  readonly words: string;
  /** The conditions other than text; null: there are none. */
  readonly facets: string | null;
}

export function indexQuery(search: readonly SearchWord[], filter: ExecutionFilter): IndexQuery {
  const facets = facetsOf(filter).map((either) => `(${either.map(quoted).join(' OR ')})`);
  return {
    words: search.map(({ word, prefix }) => quoted(word) + (prefix ? ' *' : '')).join(' AND '),
    facets: facets.length === 0 ? null : facets.join(' AND '),
  };
}

function quoted(token: string): string {
  return `"${token}"`;
}
