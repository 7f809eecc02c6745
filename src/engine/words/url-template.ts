import { type EventFacts, filledIn, longestFilled, type Piece, piecesOf, Unfilled } from './placeholders.ts';

const place = 'the URL';

/** A URL whose path segments and query values may hold placeholders. */
export interface UrlTemplate {
  /** Whether it holds none. */
  readonly isFixed: boolean;
  /** Everything up to the path is what is called; in path and query, something harmless stands for each placeholder. */
  readonly url: URL;
  /** Path and query, with the names of placeholders in braces. */
  readonly path: string;
  readonly query: string;
  /** What stands in path and query as it is. */
  readonly literals: (text: string) => string[];
  /**
   * Path and query as they are sent: each value is encoded, so that it stays within its segment or value.
   * @throws Unfilled
   */
  readonly fill: (facts: EventFacts) => string;
}

/** How placeholders are written while the URL is parsed: letters and digits, which no part of a URL alters. */
interface Marks {
  readonly names: readonly string[];
  readonly text: string;
  readonly pattern: RegExp;
}

/** @throws TypeError when it is no URL, or a placeholder stands where it may not */
export function urlTemplateOf(text: string): UrlTemplate {
  const marks = marked(text);
  if (marks === null) return fixed(new URL(text));
  if (misplaced(marks).length > 0) throw new TypeError('a placeholder stands where it may not');
  const { names, pattern } = marks;
  const url = new URL(marks.text);
  const path = piecesIn(url.pathname, marks);
  const query = piecesIn(url.search, marks);
  const shown = (part: string) => part.replace(pattern, (_, index) => `{${names[index]}}`);
  return {
    isFixed: names.length === 0,
    url,
    path: shown(url.pathname),
    query: shown(url.search),
    literals: (part) => part.split(pattern).filter((_, index) => index % 2 === 0),
    fill: (facts) => {
      const filled = filledPath(path, facts) + filledQuery(query, facts);
      const [last = ''] = names.slice(-1);
      if (filled.length > longestFilled) throw new Unfilled(place, last, 'long');
      return filled;
    },
  };
}

/** Names of the placeholders that stand in no path segment and no query value; none for what is no URL at all. */
export function misplacedIn(text: string): string[] {
  const marks = marked(text);
  return marks === null ? [] : misplaced(marks);
}

function fixed(url: URL): UrlTemplate {
  const { pathname: path, search: query } = url;
  return { isFixed: true, url, path, query, literals: (part) => [part], fill: () => path + query };
}

/** @returns null without placeholders: the text is the URL */
function marked(text: string): Marks | null {
  const pieces = text.includes('{') ? piecesOf(text) : [];
  const names = pieces.flatMap((piece) => ('name' in piece ? [piece.name] : []));
  if (names.length === 0 && !pieces.some((piece) => 'literal' in piece && piece.literal !== text))
    return null;
  let sign = 'zq';
  while (text.toLowerCase().includes(sign)) sign += 'q';
  let index = 0;
  const marked = pieces.map((piece) => ('literal' in piece ? piece.literal : `${sign}${index++}z`)).join('');
  return { names, text: marked, pattern: new RegExp(`${sign}(\\d+)z`, 'g') };
}

function misplaced({ names, text, pattern }: Marks): string[] {
  const found = (part: string) => [...part.matchAll(pattern)].map(([, index]) => Number(index));
  // A port of letters is none: then the URL can not be parsed, and what is wrong stands before the path.
  const url = URL.parse(text);
  if (url === null)
    return found(/^[^/]*\/\/[^/?#\\]*/.exec(text)?.[0] ?? '').map((index) => names[index] ?? '');
  const values = url.search.split('&').map((pair) => (pair.includes('=') ? pair.replace(/^[^=]*=/, '') : ''));
  const placed = new Set([url.pathname, ...values].flatMap(found));
  return names.filter((_, index) => !placed.has(index));
}

function piecesIn(part: string, { names, pattern }: Marks): Piece[] {
  return part
    .split(pattern)
    .map((text, index) => (index % 2 === 0 ? { literal: text } : { name: names[Number(text)] ?? '' }));
}

function filledPath(pieces: readonly Piece[], facts: EventFacts): string {
  let path = '';
  let segment = '';
  let last: string | null = null;
  const endSegment = () => {
    if (last !== null && /^\/?(?:\.|%2e){1,2}$/i.test(segment)) throw new Unfilled(place, last, 'dots');
    path += segment;
    segment = '';
    last = null;
  };
  for (const piece of pieces) {
    if ('name' in piece) {
      const value = encoded(piece.name, facts);
      if (value === '') throw new Unfilled(place, piece.name, 'empty');
      segment += value;
      last = piece.name;
      continue;
    }
    const [rest = '', ...segments] = piece.literal.split('/');
    segment += rest;
    for (const next of segments) {
      endSegment();
      segment = `/${next}`;
    }
  }
  endSegment();
  return path;
}

function filledQuery(pieces: readonly Piece[], facts: EventFacts): string {
  return pieces.map((piece) => ('literal' in piece ? piece.literal : encoded(piece.name, facts))).join('');
}

/** Also what RFC 3986 §2.2 reserves and `encodeURIComponent` leaves: nobody along the way has a reason to alter it. */
function encoded(name: string, facts: EventFacts): string {
  const value = filledIn(name, facts, place);
  try {
    return encodeURIComponent(value).replace(
      /[!'()*]/g,
      (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  } catch {
    throw new Unfilled(place, name, 'surrogate');
  }
}
