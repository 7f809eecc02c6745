import { hopsHeader } from './hops.ts';

/** Who sends a header by itself, so that a handler may not have one of that name of its own. */
export type HeaderSetter = 'handler' | 'http' | 'proxy' | 'signIn';

const setters: ReadonlyMap<string, HeaderSetter> = new Map([
  ['webhook-id', 'handler'],
  ['webhook-timestamp', 'handler'],
  ['webhook-signature', 'handler'],
  ['provisioning-attempt', 'handler'],
  [hopsHeader, 'handler'],
  ['connection', 'http'],
  ['content-length', 'http'],
  ['expect', 'http'],
  ['keep-alive', 'http'],
  ['proxy-connection', 'http'],
  ['te', 'http'],
  ['trailer', 'http'],
  ['transfer-encoding', 'http'],
  ['upgrade', 'http'],
  ['proxy-authorization', 'proxy'],
]);

/** Headers, in lower case, that a handler's own may not be named like, however it signs in. */
export const reservedHeaders: readonly string[] = [...setters.keys()];

/**
 * Who sets the header of this name already; undefined if a handler may have it of its own.
 * @param signsIn whether the handler signs in, by its settings or in its URL
 */
export function setterOf(name: string, signsIn: boolean): HeaderSetter | undefined {
  const key = name.toLowerCase();
  return signsIn && key === 'authorization' ? 'signIn' : setters.get(key);
}

/** Whether a text can be a header's name: a token of RFC 9110 §5.6.2. */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/** Whether a text can be a header's value: Latin-1, without line breaks or control characters. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** Whether a text can stand in a Host header (RFC 9110 §7.2). */
export function isHost(value: string): boolean {
  return /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(value.trim());
}
