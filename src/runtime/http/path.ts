/**
 * The path of a request, in the form that paths are compared in: percent-encoded, without origin, query, doubled
 * slashes and the slash at the end.
 */
export function normalisePath(url: string): string {
  const { pathname } = new URL(`http://host/${url.replace(/^https?:\/\/[^/?#]*/i, '')}`);
  return pathname.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

/** What is left of a request's path below another one, normalised; undefined when it is not below. */
export function pathBelow(base: string, url: string): string | undefined {
  const path = normalisePath(url);
  const prefix = normalisePath(base).replace(/^\/$/, '');
  // Express, which finds the apps by their paths, does not tell capitals.
  const isBelow = `${path}/`.toLowerCase().startsWith(`${prefix}/`.toLowerCase());
  return isBelow ? path.slice(prefix.length) || '/' : undefined;
}
