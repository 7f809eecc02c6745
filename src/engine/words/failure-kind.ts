/** Characters of an error that its kind is made of, and that a kind has at most. */
const lookedAt = 2000;
export const mostOfKind = 120;

/** Of failures whose kinds are too many to be told apart. */
export const otherKind = 'other';

/** What stands for a number or an id, and for anything else that differs from one failure to the next. */
const counted = '#';
const named = '…';

/** A line that tells what went wrong, among those that tell where: of a stack, or of what a script printed before. */
const telling = /\b\w*(?:error|exception)\b.*:/i;

const dateTime = /\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g;
const url = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>;,)]+/gi;
const mail = /[\w.+-]{1,64}@[\w.-]{1,255}/g;
const quoted = /"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu;
const ipv6 = /(?<![\w:])\[?(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}\]?(?::\d+)?(?![\w:])/gi;
const ipv4 = /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g;
const uuid = /\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b/gi;
/** Letters and digits in one word, or hexadecimal digits in such number that it is none. */
const mixed = /(?<![\p{L}\p{N}_])(?=[\p{L}_-]*\p{N})(?=[\p{N}_-]*\p{L})[\p{L}\p{N}_-]{6,}(?![\p{L}\p{N}_])/gu;
/** The status of an answer, and the code of an exit, are what makes the kind. */
const number = /(?<!\bHTTP |\bexit code )(?<![\p{L}\p{N}_])[-+]?\p{Nd}+(?:[.,:/]\p{Nd}+)*/gu;

/**
 * What kind of failure an error is: failures that differ in numbers, ids, addresses and quoted values alone are of one
 * kind. An answer that says no by its status is of the kind of that status, whatever its phrase.
 */
export function kindOf(code: number | null, error: string): string {
  if (code !== null && code >= 400 && error.startsWith(`HTTP ${code}`)) return `HTTP ${code}`;
  const kind = tellingLine(error.slice(0, lookedAt))
    .replace(dateTime, counted)
    .replace(url, named)
    .replace(mail, named)
    .replace(quoted, named)
    .replace(uuid, counted)
    .replace(ipv4, named)
    .replace(ipv6, named)
    .replace(mixed, counted)
    .replace(number, counted)
    .replace(/\s+/g, ' ')
    .trim();
  return (
    kind
      .slice(0, mostOfKind)
      .replace(/[\ud800-\udbff]$/, '')
      .trimEnd() || 'failed'
  );
}

function tellingLine(error: string): string {
  const lines = error.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.findLast((line) => telling.test(line)) ?? lines[0] ?? '';
}
