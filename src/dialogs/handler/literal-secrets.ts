import { holdsReference } from '../shared/reference.ts';

/** A header or a variable, as the flow holds it: the value is literal, `${NAME}`, or has such in it. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** Names of literal values that look as if they were secrets. */
export function literalSecrets(values: readonly NamedValue[]): string[] {
  return values
    .filter(({ name }) => /auth|cookie|credential|key|passw|secret|signature|token/i.test(name))
    .filter(({ value }) => value && !holdsReference(value))
    .map(({ name }) => name);
}
