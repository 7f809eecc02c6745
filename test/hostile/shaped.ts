import type { ReceivedRequest } from '../support/misbehaving-server.ts';

/** How the calls that an event has shaped show that a value left its place; null when none did. */
export function throughShape(calls: readonly ReceivedRequest[], value: string): string | null {
  for (const { method, path, headers, body } of calls) {
    if (headers['x-injected'] !== undefined) return 'it made a header';
    if (path === '/header') {
      if (method !== 'POST' || headers['x-value'] !== `<${value}>`)
        return `the header was ${headers['x-value']}`;
      continue;
    }
    const { pathname, searchParams } = new URL(path, 'http://receiver.example');
    const [first, to, segment = '', end, ...rest] = pathname.split('/');
    const stands = [first, to, end, ...rest].join('/') === '/to/end' && decodeURIComponent(segment) === value;
    if (!stands || method !== 'PUT') return `${method} ${path}`;
    if (JSON.stringify([...searchParams]) !== JSON.stringify([['of', value]])) return `the query was ${path}`;
    if (new URLSearchParams(body).get('value') !== value || headers['x-own'] !== 'own')
      return `the body was ${body}`;
  }
  return null;
}
