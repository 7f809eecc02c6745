import { InvalidInput } from '../../words/errors.ts';

/** A row's place in a list that is sorted by time and seq, newest first. Time in ms. */
export type Position = readonly [at: number, seq: number];

/** The lists that have cursors: a place in one of them says nothing about the other. */
export type List = 'executions' | 'events';

/** @returns text that is good in a URL and means nothing to its user */
export function cursorOf(list: List, position: Position): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** @throws InvalidInput for a text that `cursorOf` did not make for this list */
export function positionOf(list: List, cursor: string): Position {
  const place = decoded(cursor);
  const [of, at, seq] = place;
  if (place.length === 3 && of === list && Number.isSafeInteger(at) && Number.isSafeInteger(seq))
    return [Number(at), Number(seq)];
  throw new InvalidInput('query', [
    { field: 'cursor', message: 'is not a cursor of this list: leave it out to begin anew' },
  ]);
}

function decoded(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
