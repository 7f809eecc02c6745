import type { z } from 'zod';
import { InvalidInput, type Issue } from './errors.ts';

/**
 * Parses a value that comes from outside.
 * @param what the thing in the user's words, e.g. `envelope`; it begins the error's message
 * @throws InvalidInput naming each field that is wrong
 */
export function parse<T extends z.ZodType>(what: string, schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value, { error: remedyOf });
  if (result.success) return result.data;
  throw new InvalidInput(what, result.error.issues.flatMap(issuesOf));
}

const needs: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const oneOf = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** What to do about an issue that the schema itself says nothing of. */
function remedyOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const need = needs[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `is missing: ${need} is needed` : `must be ${need}`;
    }
    case 'invalid_value':
      return `must be ${oneOf.format(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'unrecognized_keys':
      return 'is not known here: correct its name, or remove it';
    default:
      return undefined;
  }
}

function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  const { path, message } = issue;
  const places = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  return places.map((place) => ({ field: fieldName(place), message }));
}

/** `['events', 0, 'id']` → `events[0].id` */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === 'number' ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key),
    '',
  );
}
