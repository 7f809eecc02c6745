import { z } from 'zod';
import { asNumber, type Bounds } from './bounds.ts';

/** Numbers may come as numeric strings: the editor and `${NAME}` give those. */
export const numeric = (schema: z.ZodType<number>) => z.preprocess(asNumber, schema);

/** A number within bounds. */
export const within = ({ min, max, whole }: Bounds) => {
  const error = `must be a ${whole ? 'whole number' : 'number'} from ${min} to ${max}`;
  const number = whole ? z.int({ error }) : z.number({ error });
  return numeric(number.min(min, `must be ${min} at least`).max(max, `must be ${max} at most`));
};
export const integer = (min: number, max: number) => within({ min, max, whole: true });
