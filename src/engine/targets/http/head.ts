import { FlawedAnswer } from './flawed-answer.ts';

export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** The head of an answer that is not written as HTTP/1.1 demands, but can be understood. */
export interface MendedHead {
  readonly status: number;
  /** As they came, by lower-case names. */
  readonly headers: ResponseHeaders;
  /** The same as it should have been written, in Latin-1. Its connection is not to be used again. */
  readonly text: string;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const text = '[^\\x00-\\x08\\x0a-\\x1f\\x7f]*';
const wellWritten = new RegExp(
  `^HTTP/1\\.[01] [1-9]\\d\\d(?: ${text})?\\r\\n(?:${token}:${text}\\r\\n)*\\r\\n$`,
);
const framing = /^(?:content-length|transfer-encoding):.*$/gim;
// undici counts a blank after the digits as one of them.
const plainFraming = /^(?:content-length:[\t ]*\d{1,15}|transfer-encoding:[\t ]*chunked)$/i;
const fieldName = new RegExp(`^${token}$`);
// RFC 9112 §4: the parts may be told apart by any whitespace.
const statusLine = /^HTTP\/1\.\d[\t ]+(\d{3})(?:[\t ]+(.*))?$/;

/** Whether a head, its empty line included, is written as HTTP/1.1 demands, and says once how long its body is. */
export function isWellWritten(head: string): boolean {
  if (!wellWritten.test(head)) return false;
  const lines = head.match(framing);
  return lines === null || (lines.length === 1 && plainFraming.test(lines[0] ?? ''));
}

/** The status that a head begins with; null when its first line is no whole status line. */
export function statusOf(head: string): number | null {
  const [line = '', ...rest] = head.trimStart().split(/\r?\n/);
  const digits = rest.length > 0 ? statusLine.exec(line)?.[1] : undefined;
  return digits === undefined ? null : Number(digits);
}

/** The fields of those lines of a head that came whole. */
export function fieldsOf(head: string): [name: string, value: string][] {
  const lines = head.trimStart().split(/\r?\n/).slice(1, -1);
  const fields: [string, string][] = [];
  for (const line of lines) {
    if (/^[\t ]/.test(line)) {
      // RFC 9112 §5.2: a folded value goes on after a blank. Before the first field it is no part of any (§2.2).
      const last = fields.at(-1);
      if (last) last[1] = `${last[1]} ${clean(line)}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trimEnd();
    // What has no name says nothing that could be known (RFC 9110 §2.4 leaves it to the recipient).
    if (colon > 0 && fieldName.test(name)) fields.push([name, clean(line.slice(colon + 1))]);
  }
  return fields;
}

/** Fields by their lower-case names. */
export function headersOf(fields: readonly (readonly [string, string])[]): ResponseHeaders {
  const headers: ResponseHeaders = Object.create(null);
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

/**
 * Understands a head that is not well written, as far as RFC 9110 and 9112 let a client.
 * @throws FlawedAnswer where they do not
 */
export function mended(head: string): MendedHead {
  const status = statusOf(head);
  if (status === null || status < 100) {
    throw new FlawedAnswer('with a first line that is no status line of HTTP/1.1:', { shownBy: head });
  }
  const fields = fieldsOf(head);
  const [, reason = ''] = /^\S+[\t ]+\d{3}[\t ]*([^\r\n]*)/.exec(head.trimStart()) ?? [];
  const others = fields.filter(
    ([name]) => !/^(?:content-length|transfer-encoding|connection|keep-alive)$/i.test(name),
  );
  const written = [...others, ...framingOf(status, headersOf(fields)), ['connection', 'close']];
  return {
    status,
    headers: headersOf(fields),
    text: `HTTP/1.1 ${status} ${clean(reason)}\r\n${written.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  };
}

/** How the end of the body is found (RFC 9112 §6.3). */
function framingOf(status: number, headers: ResponseHeaders): [string, string][] {
  if (status < 200 || status === 204 || status === 304) return [];
  const codings = listOf(headers['transfer-encoding']);
  // Where both are given, Transfer-Encoding wins. Without `chunked` at its end, the body ends with the connection.
  if (codings.length > 0)
    return /^chunked$/i.test(codings.at(-1) ?? '') ? [['transfer-encoding', 'chunked']] : [];
  const lengths = new Set(listOf(headers['content-length']));
  const [length, other] = lengths;
  if (length === undefined) return [];
  if (other !== undefined) {
    throw new FlawedAnswer(`with more than one length (Content-Length: ${[...lengths].join(' and ')})`);
  }
  if (!/^\d{1,15}$/.test(length))
    throw new FlawedAnswer('with a length that is no number, Content-Length:', { shownBy: length });
  return [['content-length', length]];
}

/** The members of a header that is a list (RFC 9110 §5.6.1). */
export function listOf(value: string | string[] | undefined): string[] {
  const lines = Array.isArray(value) ? value.join() : (value ?? '');
  return lines
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/** The first of a header's values; undefined where there is none. */
export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** RFC 9110 §5.5: CR and NUL within a value are replaced by a blank; so are other control characters. */
function clean(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be kept
  return value.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ').trim();
}
