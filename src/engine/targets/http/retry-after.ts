const dayMs = 24 * 60 * 60 * 1000;

/**
 * How long a receiver asks to be left alone, in ms, 24 h at most; null when it does not say, or not in a form of
 * RFC 9110 §10.2.3 (seconds or HTTP-date).
 * @param now in ms since 1970
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const value = header.trim();
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : dateOf(value) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), dayMs);
}

/** RFC 9110 §5.6.7: a date in any of three forms, of which that of C's `asctime` does not name its zone. */
function dateOf(text: string): number {
  if (/ GMT$/.test(text)) return Date.parse(text);
  return /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}$/.test(text)
    ? Date.parse(`${text} GMT`)
    : Number.NaN;
}
