import { normalisePath } from '../../engine/words/intake-path.ts';

/** What is left of a request's path below another one, normalised; undefined when it is not below. */
export function pathBelow(base: string, url: string): string | undefined {
  const path = normalisePath(url);
  const prefix = normalisePath(base).replace(/^\/$/, '');
  // Express, which finds the apps by their paths, does not tell capitals.
  const isBelow = `${path}/`.toLowerCase().startsWith(`${prefix}/`.toLowerCase());
  return isBelow ? path.slice(prefix.length) || '/' : undefined;
}
