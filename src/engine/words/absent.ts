import { isRecord } from './event-data.ts';

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
