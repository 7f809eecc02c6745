import { z } from 'zod';

/** Between which numbers a setting lies, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** Numbers may come as numeric strings: the editor and `${NAME}` give those. */
function asNumber(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

/** Whether a setting is a number within its bounds. */
export function isWithin(value: unknown, { min, max, whole }: Bounds): boolean {
  const number = asNumber(value);
  return (
    typeof number === 'number' && number >= min && number <= max && (!whole || Number.isSafeInteger(number))
  );
}

/** A schema for what `asNumber` makes a number of. */
export const numeric = (schema: z.ZodType<number>) => z.preprocess(asNumber, schema);

/** A schema for numbers that are within bounds. */
export const within = ({ min, max, whole }: Bounds) => {
  const error = `must be a ${whole ? 'whole number' : 'number'} from ${min} to ${max}`;
  const number = whole ? z.int({ error }) : z.number({ error });
  return numeric(number.min(min, `must be ${min} at least`).max(max, `must be ${max} at most`));
};
export const integer = (min: number, max: number) => within({ min, max, whole: true });
