const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Whether a URL is called past its proxy, as Node-RED's own `http request` reads a list of exceptions: a host is
 * meant exactly, with a leading `*` or full stop every host that ends so, with `:port` that port alone, by `*` all.
 */
export function isExempt(url: URL, exceptions: readonly string[]): boolean {
  const list = exceptions
    .flatMap((entry) => entry.toLowerCase().split(/[,\s]+/))
    .filter((entry) => entry !== '');
  const host = url.host.replace(/:\d*$/, '').toLowerCase();
  const port = Number(url.port) || defaultPorts[url.protocol];
  return list.some((entry) => {
    const [, name = entry, digits] = /^(.+):(\d+)$/.exec(entry) ?? [];
    // The port is none where the colon is part of a bare IPv6 address.
    if (host === `[${entry}]`) return true;
    if (digits !== undefined && Number(digits) !== port) return false;
    return /^[.*]/.test(name) ? host.endsWith(name.replace(/^\*/, '')) : host === name;
  });
}
