import type { HandlerType } from './handler-settings.ts';
import type { Outcome } from './outcome.ts';

/** Characters that a cause has of an answer's body. */
const ofBody = 200;
/** Of a body that is looked at: a page's title stands near its beginning. */
const lookedAt = 4000;

type Told = Pick<Outcome, 'code' | 'error'> & { readonly response?: string | null };

/**
 * Why an attempt failed, in one line: what the target says of it with its status, `500 · the disk is full`, rather
 * than the reason phrase that belongs to every 500; else the error as it is. Null where nothing failed.
 * @param told `response` is absent where it is not known
 */
export function causeOf({ code, error, response }: Told): string | null {
  // Any other error says more than the status: of an answer that broke off, a redirect, a script.
  const [, status] = /^HTTP (\d{3})(?: [A-Za-z' -]+)?$/.exec(error ?? '') ?? [];
  if (code === null || code < 400 || status !== String(code)) return error;
  if (response === undefined) return `${code} · …`;
  const said = beginningOf(response ?? '');
  return said === '' ? error : `${code} · ${said}`;
}

function beginningOf(body: string): string {
  const looked = body.slice(0, lookedAt);
  const text = /^\s*<(?:!doctype|html|\?xml)/i.test(looked) ? ofMarkup(looked) : looked;
  const line = text.replace(/\s+/g, ' ').trim();
  // A character of two halves is cut before, not between them.
  return line.length > ofBody ? `${line.slice(0, ofBody).replace(/[\ud800-\udbff]$/, '')}…` : line;
}

/** What a page says: its title, unless that is no more than "Error" (as Express has it), else its words. */
function ofMarkup(page: string): string {
  const [, title = ''] = /<title[^>]*>([^<]*)</i.exec(page) ?? [];
  if (title.trim() !== '' && !/^\s*error\s*$/i.test(title)) return title;
  const words = page.replace(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  return words.trim() === '' ? title : words;
}

/**
 * Why an attempt failed, in as few words as there are: `HTTP 404`, `exit code 3`, `refused the connection`.
 * @param failed its error may be a cause already
 */
export function briefCauseOf({ type, code, error }: BriefFailure): string {
  if (type === 'http') {
    const status = code !== null && code >= 400 ? code : /^(\d{3}) · /.exec(error)?.[1];
    if (status) return `HTTP ${status}`;
  }
  if (type === 'local' && code !== null) return `exit code ${code}`;
  // The host comes first, and is known.
  return error
    .replace(/^\S+\.\S+ |^\S+:\d+ /, '')
    .replace(/\s+/g, ' ')
    .trim();
}

interface BriefFailure {
  readonly type: HandlerType;
  readonly code: number | null;
  readonly error: string;
}
