/** The name in a value that is `${NAME}` as a whole, which Node-RED fills in; undefined in any other. */
export function referenceOf(value: unknown): string | undefined {
  return /^\$\{([^\s{}]+)\}$/.exec(String(value))?.[1];
}

/** Whether a text has a `${NAME}` in it. */
export function holdsReference(text: string): boolean {
  return /\$\{[^\s{}]+\}/.test(text);
}
