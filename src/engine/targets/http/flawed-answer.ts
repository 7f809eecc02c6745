/** The head of an answer may have so many bytes. */
export const headBytes = 16 * 1024;

/** An answer that can not be taken for what it says. The message goes on after `<host> answered `. */
export class FlawedAnswer extends Error {
  /** A text that shows it, for the end of the sentence. */
  readonly shownBy: string | null;
  /** Whether the request can not have been understood. */
  readonly isUnheard: boolean;

  constructor(message: string, { shownBy = null as string | null, isUnheard = false } = {}) {
    super(message);
    this.shownBy = shownBy;
    this.isUnheard = isUnheard;
  }
}

/** Why bytes that are expected to begin an answer do not; null as long as they may. */
export function foreignTongue(bytes: Buffer): FlawedAnswer | null {
  const begins = bytes.toString('latin1', 0, 5);
  if (begins === 'HTTP/'.slice(0, begins.length)) return null;
  const [first = 0, second, , type, flags] = bytes;
  // An alert or a handshake (RFC 8446 §5.1).
  if ((first === 0x15 || first === 0x16) && second === 3) {
    return new FlawedAnswer('over TLS: the URL must begin with https://', { isUnheard: true });
  }
  // A SETTINGS frame (RFC 9113 §6.5) is the first that a server sends.
  if (first === 0 && type === 4 && flags === 0) {
    return new FlawedAnswer('in HTTP/2, but HTTP/1.1 was spoken to it', { isUnheard: true });
  }
  return new FlawedAnswer('with something that is not HTTP/1.1: it begins with', {
    shownBy: bytes.toString(),
  });
}
