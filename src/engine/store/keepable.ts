import type { NewEvent } from './journal/accept.ts';
import type { Take } from './journal/turn.ts';

/** Stands in the place of what not every store keeps: U+0000, and half a character. */
const instead = '\ufffd';

/**
 * A value with its texts as they are kept; the same one where that changes nothing. PostgreSQL has no character for
 * U+0000. SQLite has, but some versions of Node.js (22.19 and 24.0 are) read of such a text only what stands before it,
 * which would be another object's id. Half a character is none in UTF-8.
 * @param value plain data
 */
export function keepable<T>(value: T): T {
  if (typeof value === 'string') return keepableText(value) as T & string;
  if (typeof value !== 'object' || value === null) return value;
  let kept: Record<string, unknown> | undefined;
  for (const [name, part] of Object.entries(value)) {
    const keptPart = keepable(part);
    if (keptPart === part) continue;
    kept ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    kept[name] = keptPart;
  }
  return (kept ?? value) as T;
}

/** An event whose object is found by what it is kept as. Its payload is JSON, which has escapes for what is not kept. */
export function keepableEvent<E extends Pick<NewEvent, 'objectId' | 'objectKey'>>(event: E): E {
  const objectKey = keepable(event.objectKey);
  return objectKey === event.objectKey ? event : { ...event, objectKey, objectId: keepable(event.objectId) };
}

export function keepableTake(take: Take): Take {
  const { event, changed } = take;
  return {
    ...take,
    event: typeof event === 'number' ? event : keepableEvent(event),
    ...(changed && { changed: keepableEvent(changed) }),
  };
}

/** Rows as they are kept, in JSON: a parameter for `json_to_recordset` and its like. */
export function keepableJson(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  // There is hardly ever one of these escapes: the text tells sooner than all the rows.
  return text.includes('\\u0000') || text.includes('\\ud') ? JSON.stringify(keepable(rows)) : text;
}

function keepableText(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.toWellFormed().replaceAll('\0', instead) : text;
}
