import { InvalidInput } from '../errors.ts';

/** A row's place in a list that is sorted by time and seq, newest first. Time in ms. */
export type Position = readonly [at: number, seq: number];

/** @returns text that is good in a URL and means nothing to its user */
export function cursorOf(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidInput for a text that `cursorOf` did not make */
export function positionOf(cursor: string): Position {
  const position = decoded(cursor);
  const [at, seq] = position;
  if (position.length === 2 && Number.isSafeInteger(at) && Number.isSafeInteger(seq))
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
