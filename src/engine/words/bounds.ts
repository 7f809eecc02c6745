/** Between which numbers a setting lies, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** Numbers may come as numeric strings: the editor and `${NAME}` give those. */
export function asNumber(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

/** Whether a setting is a number within its bounds. */
export function isWithin(value: unknown, { min, max, whole }: Bounds): boolean {
  const number = asNumber(value);
  return (
    typeof number === 'number' && number >= min && number <= max && (!whole || Number.isSafeInteger(number))
  );
}
