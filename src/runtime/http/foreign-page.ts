import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from './problem.ts';

/**
 * Refuses what a browser sends for a page of another origin. Programs that are no browsers say nothing of one.
 * Source: Fetch Metadata (https://www.w3.org/TR/fetch-metadata/) and the Origin header of RFC 6454.
 * @throws HttpProblem 403
 */
export function refuseForeign(headers: IncomingHttpHeaders): void {
  if (isForeign(headers)) {
    throw new HttpProblem(
      403,
      'forbidden',
      'a page of another origin may not do this: use the editor at its own address; a proxy in front of Node-RED must pass on Host, or X-Forwarded-Host',
    );
  }
}

function isForeign(headers: IncomingHttpHeaders): boolean {
  const { origin, host, 'sec-fetch-site': site, 'x-forwarded-host': forwarded } = headers;
  // The browser's own word, whatever a proxy has made of the addresses; plain HTTP lacks it.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined) return false;
  const page = URL.parse(origin);
  if (page === null) return true;
  // No page can forge this one: a browser asks for leave before it sends it elsewhere.
  const hosts = [host, ...String(forwarded ?? '').split(',')];
  return !hosts.some((one) => one !== undefined && isOf(page, one.trim()));
}

function isOf(page: URL, host: string): boolean {
  const own = URL.parse(`${page.protocol}//${host}`);
  if (host === '' || own?.hostname !== page.hostname) return false;
  // A proxy that passes the name on often leaves out the port.
  return own.port === page.port || !/:\d+$/.test(host);
}
