/** An empty field of a dialog or of a search form is an absent property; so is null. */
export function withoutAbsent(properties: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

/** The same for whatever a flow file or a query holds. */
export function absentAsMissing(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? withoutAbsent(value) : value;
}
