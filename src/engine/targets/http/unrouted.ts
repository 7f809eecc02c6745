/**
 * Whether an answer is the page that Express itself makes of a request that nothing has a route for, as its
 * `finalhandler` writes it: no flow has seen the request.
 * @param path as it was asked for, without its query
 */
export function isUnrouted(response: string | null | undefined, method: string, path: string): boolean {
  const asked = path.replaceAll('&', '&amp;').replaceAll("'", '&#39;');
  return response?.includes(`<pre>Cannot ${method} ${asked}</pre>`) ?? false;
}

/** Why a path of this Node-RED answers so, and what to do. @param path as it stands in flows */
export function unroutedError(method: string, path: string): string {
  return `HTTP 404: no "http in" node of this Node-RED receives ${method} ${path}: deploy one with that method and URL, or correct the handler's`;
}
