/** Where an event node receives events if it says nothing else, below `httpNodeRoot`. */
export const defaultIntakePath = '/provisioning/events';

/**
 * The path of a request, in the form that paths are compared in: percent-encoded in capitals (RFC 3986 §6.2.2.1),
 * without origin, query, doubled slashes and the slash at the end.
 */
export function normalisePath(url: string): string {
  const { pathname } = new URL(`http://host/${url.replace(/^https?:\/\/[^/?#]*/i, '')}`);
  return pathname
    .replaceAll(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')
    .replaceAll(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase());
}
