import type { EventContent } from '../journal/accept.ts';

/** Stands in the place of what PostgreSQL has no character for: U+0000, and half of one. */
const instead = '\ufffd';

/** An escape of JSON: one for what can not be kept, or any other, the second half of which is none. */
const escapes = /\\(?:(u0000|ud[89a-f][0-9a-f]{2})|.)/g;

/** A text as it is kept. */
export function keepable(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.toWellFormed().replaceAll('\0', instead) : text;
}

/** An event, or what it says, as it is kept: its object is found by what it is kept as. */
export function keepableEvent<E extends Pick<EventContent, 'objectId' | 'objectKey'>>(event: E): E {
  if (!event.objectKey.includes('\0')) return event;
  return { ...event, objectId: keepable(event.objectId), objectKey: keepable(event.objectKey) };
}

/** A value of a statement as it is kept. */
export function keepableValue(value: unknown): unknown {
  if (typeof value === 'string') return keepable(value);
  return Array.isArray(value) ? value.map(keepableValue) : value;
}

/** Rows as a parameter for `json_to_recordset` and its like. */
export function jsonOf(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  if (!text.includes('\\u0000') && !text.includes('\\ud')) return text;
  return text.replace(escapes, (one, unkeepable) => (unkeepable ? instead : one));
}
