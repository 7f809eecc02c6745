// Zod's own bounds of a length ask whatever has a `length` for it, a text or not, and trip over one that can be no
// number, as in `{"length":{"valueOf":1,"toString":1}}`. A refinement is asked of what has the right type alone.

interface Long {
  readonly length: number;
}

/** Whether a text or a list has something in it. */
export function notEmpty({ length }: Long): boolean {
  return length > 0;
}

/** Whether a text has so many characters (UTF-16), or a list so many members, or fewer. */
export function upTo(most: number): (long: Long) => boolean {
  return ({ length }) => length <= most;
}
