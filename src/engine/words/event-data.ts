/** What an event tells, as it comes: PHP writes an empty object as an empty list. */
export function asData(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? {} : value;
}

/** Whether a value is an object in JSON: no list, and not null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
