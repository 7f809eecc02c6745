const dayMs = 24 * 60 * 60 * 1000;

/**
 * How long a receiver asks to be left alone, in ms, 24 h at most; null when it does not say, or not in a form of
 * RFC 9110 §10.2.3 (seconds or HTTP-date).
 * @param now in ms since 1970
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const value = header.trim();
  const wait = /^\d+$/.test(value)
    ? Number(value) * 1000
    : / GMT$/.test(value)
      ? Date.parse(value) - now
      : Number.NaN;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), dayMs);
}
