import type { Redaction } from '../redaction/redaction.ts';
import { keptBytes, keptText, TextCapture, textOf } from '../text-capture.ts';
import { decoded } from './content-coding.ts';
import { firstOf, listOf, type ResponseHeaders } from './head.ts';

/** Of a body that must be decoded, as many bytes are taken: 64 KiB of UTF-16 or of what was packed in vain are more. */
const codedBytes = 2 * keptBytes;

/** What takes the body of an answer with such headers. */
export function bodyCapture(headers: ResponseHeaders): TextCapture {
  return new TextCapture(isPlain(headers) ? keptBytes : codedBytes);
}

/**
 * A body as text, in the charset and out of the content codings that its headers and first bytes tell: the first
 * 64 KiB, secrets redacted; the empty string when nothing came.
 * @param isBroken whether its end did not come
 */
export function answerText(
  headers: ResponseHeaders,
  body: TextCapture,
  redaction: Redaction,
  isBroken = false,
): string | Promise<string> {
  if (body.received === 0) return '';
  if (isPlain(headers) && !markedCharset(body.bytes)) return textOf(body, redaction, isBroken);
  return decodedText(headers, body, redaction, isBroken);
}

async function decodedText(
  headers: ResponseHeaders,
  body: TextCapture,
  redaction: Redaction,
  isBroken: boolean,
): Promise<string> {
  const undone = await decoded(body.bytes, codingsOf(headers), codedBytes);
  const bytes = undone?.bytes ?? body.bytes;
  const cut = isBroken || undone?.isCut || body.full;
  const charset = markedCharset(bytes) ?? charsetOf(headers);
  // A character that the cut took apart is left out.
  return keptText(decoderOf(charset).decode(bytes, { stream: cut }), redaction, cut);
}

function isPlain(headers: ResponseHeaders): boolean {
  return codingsOf(headers).length === 0 && /^utf-?8$/i.test(charsetOf(headers));
}

/** In the order in which they were applied. */
function codingsOf(headers: ResponseHeaders): string[] {
  const { 'content-encoding': content, 'transfer-encoding': transfer } = headers;
  if (content === undefined && (transfer === undefined || transfer === 'chunked')) return [];
  return [...listOf(content), ...listOf(transfer)].filter(
    (coding) => !/^(?:identity|chunked)$/i.test(coding),
  );
}

function charsetOf(headers: ResponseHeaders): string {
  const type = firstOf(headers['content-type']) ?? '';
  const [, quoted, bare] = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(type) ?? [];
  return quoted?.trim() ?? bare?.replace(/^'|'$/g, '') ?? 'utf-8';
}

/** The charset that a byte order mark tells; it wins over the header, as in browsers. */
function markedCharset([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
