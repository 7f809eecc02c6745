import { z } from 'zod';

/**
 * A date and a time with its offset, as senders write them: RFC 3339, with a blank for the `T` as its section 5.6
 * allows, and the extended form of ISO 8601, whose offset may lack its colon or its minutes, whose fraction may begin
 * with a comma, and which may lack seconds.
 */
const form =
  /^(\d{4})-(?!02-3|(?:0[469]|11)-31)(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d|60)(?:[.,](\d+))?)?(?:[Zz]|([+-](?:[01]\d|2[0-3]))(?::?([0-5]\d))?)$/;

/** Of any date and time with an offset that exists: the 30th of February is none, nor is a leap second at noon. */
export const dateTimeSchema = z.string({ error: remedy }).refine(isDateTime, { error: remedy });

function remedy(): string {
  return 'must be an ISO 8601 date and time with offset, such as "2026-01-31T12:00:00+00:00"';
}

/** Whether `dateTimeSchema` takes a text. */
export function isDateTime(text: string): boolean {
  if (!form.test(text)) return false;
  const isLeap = text.startsWith('02-29', 5) || text.startsWith(':60', 16);
  return !isLeap || !Number.isNaN(instantOf(text));
}

/**
 * Ms since the epoch of a text that `dateTimeSchema` takes, cut to whole ones; NaN of any other. A leap second is the
 * first one of the next minute, as for POSIX.
 */
export function instantOf(text: string): number {
  const parts = form.exec(text);
  if (parts === null) return Number.NaN;
  const [, year, month, day, time, second = '00', fraction = '', hours = '+00', minutes = '00'] = parts;
  const date = `${year}-${month}-${day}`;
  // The parser of dates takes the 29th of every February for one.
  if (new Date(`${date}T00:00:00Z`).getUTCDate() !== Number(day)) return Number.NaN;
  const isLeap = second === '60';
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  const written = Date.parse(`${date}T${time}:${isLeap ? '59' : second}.${ms}${hours}:${minutes}`);
  return isLeap ? afterLeap(written) : written;
}

/** A leap second is the last one of a month in UTC, wherever it is told of. @param before the second before it */
function afterLeap(before: number): number {
  const next = new Date(before + 1000);
  const isLast = next.getUTCDate() === 1 && next.getUTCHours() === 0 && next.getUTCMinutes() === 0;
  return isLast ? next.getTime() : Number.NaN;
}
