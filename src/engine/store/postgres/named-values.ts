import type { Query, Row } from './connection.ts';

export type Value = string | number | null | readonly number[] | readonly string[];

/** Runs a statement whose values are named: `:so`. */
export type Ask = (text: string, values?: Readonly<Record<string, Value>>) => Promise<readonly Row[]>;

const name = /(?<!:):([A-Za-z]\w*)/g;

/** Lets a statement name its values: each is given as of the type that it is here. */
export function named(query: Query): Ask {
  return (text, values = {}) => {
    const given: Value[] = [];
    const places = new Map<string, string>();
    const numbered = text.replace(name, (_, key: string) => {
      let place = places.get(key);
      if (place === undefined) {
        const value = values[key];
        if (value === undefined) throw new Error(`:${key} has no value in: ${text}`);
        given.push(value);
        place = `$${given.length}${typeOf(value)}`;
        places.set(key, place);
      }
      return place;
    });
    return query(numbered, given);
  };
}

function typeOf(value: Value): string {
  if (typeof value === 'string') return '::text';
  if (typeof value === 'number') return Number.isInteger(value) ? '::bigint' : '::double precision';
  if (value === null) return '';
  return typeof value[0] === 'string' ? '::text[]' : '::bigint[]';
}
