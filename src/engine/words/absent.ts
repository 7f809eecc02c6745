/** What an event tells, as it comes: PHP writes an empty object as an empty list. */
export function asData(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? {} : value;
}

/** Whether a value is an object in JSON: no list, and not null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An empty field of a dialog or of a search form is an absent property; so is null. */
export function withoutAbsent(properties: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

/** The same for whatever a flow file or a query holds. */
export function absentAsMissing(value: unknown): unknown {
  return isRecord(value) ? withoutAbsent(value) : value;
}
