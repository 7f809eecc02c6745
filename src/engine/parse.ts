import type { z } from 'zod';
import { InvalidInput, type Issue } from './errors.ts';

/**
 * Parses a value that comes from outside.
 * @param what the thing in the user's words, e.g. `envelope`; it begins the error's message
 * @throws InvalidInput naming each field that is wrong
 */
export function parse<T extends z.ZodType>(what: string, schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidInput(what, result.error.issues.map(issueOf));
}

function issueOf(issue: z.core.$ZodIssue): Issue {
  return { field: fieldName(issue.path), message: issue.message };
}

/** `['events', 0, 'id']` → `events[0].id` */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === 'number' ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key),
    '',
  );
}
