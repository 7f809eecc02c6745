import { z } from 'zod';

/** Null, a list or a text must not come to mean that there is no condition. */
export const filterSchema = z.record(z.string(), z.unknown(), { error: 'must be an object ({} for all)' });
