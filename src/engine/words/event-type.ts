/** Characters of an event type at most. */
export const eventTypeLength = 256;

/** Segments of letters, digits and underscores, joined by dots. */
export const eventTypeShape = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/;

/** Whether a text can be an event type, such as `clients.create`. */
export function isEventType(id: string): boolean {
  return id.length <= eventTypeLength && eventTypeShape.test(id);
}

/** Whether a text is an event type, `clients.*` (every type under `clients.`) or `*` (all). */
export function isEventPattern(pattern: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? eventTypeShape.test(pattern.slice(0, -2)) : isEventType(pattern);
}

/** Whether a handler that listens to `pattern` is called for events of `eventType`. */
export function listensTo(pattern: string, eventType: string): boolean {
  if (pattern === '*' || pattern === eventType) return true;
  return pattern.endsWith('.*') && eventType.startsWith(pattern.slice(0, -1));
}

/** The type without its last segment, and '' where that is the only one. */
export function groupOf(eventType: string): string {
  return eventType.slice(0, Math.max(eventType.lastIndexOf('.'), 0));
}
