/** What a condition on the code of an execution means: codes from one to another, or that there is none. */
export type CodeCondition = 'none' | readonly [lowest: number, highest: number];

/**
 * Reads a condition: a code such as `500` (HTTP status or exit code), a class such as `5xx`, or `none`: nothing
 * answered, or nobody was called yet.
 * @returns undefined for a text that is none of these
 */
export function codeCondition(text: string): CodeCondition | undefined {
  if (text === 'none') return 'none';
  if (/^[1-5]xx$/.test(text)) return [Number(text[0]) * 100, Number(text[0]) * 100 + 99];
  if (!/^-?\d{1,10}$/.test(text)) return undefined;
  return [Number(text), Number(text)];
}

/** Whether a code meets one of the conditions. @param code null: there is none */
export function meetsCode(conditions: readonly string[], code: number | null): boolean {
  return conditions.some((text) => {
    const condition = codeCondition(text);
    if (condition === undefined || condition === 'none') return condition === 'none' && code === null;
    return code !== null && code >= condition[0] && code <= condition[1];
  });
}

/** The conditions of a text, between commas. */
export function codeConditionsOf(text: string): string[] {
  return text.split(',').map((one) => one.trim().toLowerCase());
}
