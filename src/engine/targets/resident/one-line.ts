/**
 * The same JSON as one line for whoever reads it line by line: Unicode's own line ends (Node.js' `readline` takes
 * them for one) are written as escapes, as JSON allows inside of strings, the only place where they can be.
 */
export function oneLine(json: string): string {
  return json.replaceAll(
    /[\u0085\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
