/** What an event fills placeholders with. */
export interface EventFacts {
  readonly objectId: string;
  readonly eventType: string;
  readonly eventId: string;
  readonly dt: string;
  readonly data: unknown;
}

/** Of a text: what stands there as it is, or the name of a placeholder. */
export type Piece = { readonly literal: string } | { readonly name: string };

/** Why a placeholder can not be filled by an event, or not where it stands. */
export type UnfilledReason =
  | 'missing'
  | 'null'
  | 'object'
  | 'empty'
  | 'dots'
  | 'surrogate'
  | 'control'
  | 'latin1'
  | 'long';

const remedies: Readonly<Record<UnfilledReason, string>> = {
  missing: 'is missing in the event',
  null: 'is null in the event',
  object: 'is an object or a list in the event, but only a text, a number, true or false can stand there',
  empty: 'is empty in the event, and a path without it would lead elsewhere',
  dots: 'would make "." or ".." of a segment of the path, which leads elsewhere',
  surrogate: 'holds half a character (a lone surrogate), which can not be encoded',
  control: 'holds a line end or another control character, which a header can not carry',
  latin1: 'holds a character that a header can not carry (it is not Latin-1)',
  long: 'makes it longer than 8,192 characters, more than servers take',
};

/** A placeholder can not be filled by this event. The message names it and the place, and what is wrong. */
export class Unfilled extends Error {
  readonly placeholder: string;
  readonly reason: UnfilledReason;
  constructor(place: string, name: string, reason: UnfilledReason) {
    super(`{${name}} in ${place} ${remedies[reason]}`);
    this.placeholder = name;
    this.reason = reason;
  }
}

/** As many characters a filled path or header has at most; RFC 9110 §4.1 asks servers for 8,000. */
export const longestFilled = 8192;

// No name can end the part of a URL in which it stands.
const name = String.raw`objectId|eventType|eventId|dt|data(?:\.[^.{}/?#\\\p{Cc}]+)+`;
const placeholder = new RegExp(String.raw`\{\{(?<escaped>${name})\}\}|\{(?<name>${name})\}`, 'gu');

/**
 * Takes a text with placeholders apart: `{objectId}`, `{eventType}`, `{eventId}`, `{dt}` and `{data.a.b}`. Doubled
 * braces write a name as it is (`{{objectId}}`); any other brace is a brace.
 */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let literal = '';
  let end = 0;
  for (const { 0: found, index, groups } of text.matchAll(placeholder)) {
    literal += text.slice(end, index);
    end = index + found.length;
    const { escaped, name: named } = groups ?? {};
    if (named === undefined) {
      literal += `{${escaped}}`;
      continue;
    }
    if (literal) pieces.push({ literal });
    pieces.push({ name: named });
    literal = '';
  }
  literal += text.slice(end);
  if (literal || pieces.length === 0) pieces.push({ literal });
  return pieces;
}

export function hasPlaceholder(text: string): boolean {
  return text.includes('{') && piecesOf(text).some((piece) => 'name' in piece);
}

/** Names in single braces that are no placeholders, though they look like it. */
export function strangersIn(text: string): string[] {
  return piecesOf(text).flatMap((piece) =>
    'name' in piece ? [] : [...piece.literal.matchAll(/\{[A-Za-z_][\w.]*\}/g)].map(([found]) => found),
  );
}

/**
 * The text that a placeholder stands for.
 * @param place for people: where it stands
 * @throws Unfilled when the event holds no single value there
 */
export function filledIn(name: string, facts: EventFacts, place: string): string {
  const [first = '', ...keys] = name.split('.');
  let value: unknown = facts[first as keyof EventFacts];
  for (const key of keys) value = memberOf(value, key);
  if (value === undefined) throw new Unfilled(place, name, 'missing');
  if (value === null) throw new Unfilled(place, name, 'null');
  if (typeof value === 'object') throw new Unfilled(place, name, 'object');
  return String(value);
}

/** Only what stands in the event itself: not what every list or object has. */
function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  if (Array.isArray(value) && !/^\d+$/.test(key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

/**
 * Fills the value of a header.
 * @throws Unfilled also when the value could not be a header's
 */
export function filledHeader(header: string, pieces: readonly Piece[], facts: EventFacts): string {
  const place = `the header "${header}"`;
  let value = '';
  for (const piece of pieces) {
    if ('literal' in piece) {
      value += piece.literal;
      continue;
    }
    const part = filledIn(piece.name, facts, place);
    if (/[^\t\P{Cc}]/u.test(part)) throw new Unfilled(place, piece.name, 'control');
    if (/[^\0-\xff]/.test(part)) throw new Unfilled(place, piece.name, 'latin1');
    value += part;
    if (value.length > longestFilled) throw new Unfilled(place, piece.name, 'long');
  }
  return value;
}
