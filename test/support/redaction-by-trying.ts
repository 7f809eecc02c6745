/** A stretch of a text, and the character that it is read as. */
interface Read {
  readonly to: number;
  readonly as: string;
}

type Reads = readonly (readonly Read[])[];

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const lettered: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' };
const longestEscape = 13;

/** The ways to escape a character, and what each means; null for what only looks like one. */
const escapes: readonly (readonly [RegExp, (...parts: string[]) => string | null])[] = [
  [/^\\u(d[89ab]..)\\u(d[c-f]..)$/i, (high, low) => String.fromCharCode(fromHex(high), fromHex(low))],
  [/^\\u([\da-f]{4})$/i, (digits) => String.fromCharCode(fromHex(digits))],
  [/^\\x([\da-f]{2})$/i, (digits) => String.fromCharCode(fromHex(digits))],
  [/^\\([btnfr])$/, (letter = '') => lettered[letter] ?? null],
  [/^\\((?=[ -~])[\W_])$/, (character = '') => character],
  [/^((?:%[\da-f]{2}){1,4})$/i, fromUtf8],
  [/^&(\w+);$/, (name = '') => named[name] ?? null],
  [/^&#(\d+);$/, (digits) => String.fromCodePoint(Number(digits))],
  [/^&#x([\da-f]+);$/i, (digits) => String.fromCodePoint(fromHex(digits))],
  [/^\+$/, () => ' '],
];

/**
 * What redaction promises, in the plainest way: every stretch of a text that can be read as the secret is hidden.
 * It tries everything, four times over, and is for small texts only.
 */
export function hiddenByTrying(secret: string, text: string): string {
  let reads: Reads = text.split('').map((_, from) => [asItStands(text, from)]);
  for (let level = 0; level < 4; level++) {
    const before = reads;
    reads = before.map((known, from) => [...known, ...escapedReads(from, before)]);
  }
  const hidden = new Set<number>();
  for (const from of reads.keys()) {
    for (const to of endsOf([...secret], from, reads)) for (let at = from; at < to; at++) hidden.add(at);
  }
  const shown = text.split('').map((unit, at) => (hidden.has(at) ? '\0' : unit));
  return shown.join('').replace(/\0+/g, '***');
}

function asItStands(text: string, from: number): Read {
  const as = String.fromCodePoint(text.codePointAt(from) ?? 0);
  return { to: from + as.length, as };
}

function escapedReads(from: number, reads: Reads): Read[] {
  const found = [...spelled(from, reads, [])].flatMap((parts) => {
    const written = parts.map(({ as }) => as).join('');
    const to = parts.at(-1)?.to ?? from;
    // Two backslashes stand for one where both are written alike.
    if (written === '\\\\' && to - (parts[0]?.to ?? 0) !== (parts[0]?.to ?? 0) - from) return [];
    return escapes.flatMap(([pattern, meaning]) => {
      const [, ...captured] = pattern.exec(written) ?? [];
      const as = pattern.test(written) ? meaning(...captured) : null;
      return as === null ? [] : [{ to, as }];
    });
  });
  return [...new Map(found.map((read) => [`${read.to} ${read.as}`, read])).values()];
}

/** Everything that can be read from there on, as long as it may be an escape. */
function* spelled(from: number, reads: Reads, before: readonly Read[]): Generator<readonly Read[]> {
  for (const read of reads[from] ?? []) {
    const parts = [...before, read];
    if (!/^[\\%&+]$/.test(parts[0]?.as ?? '') || parts.length > longestEscape) continue;
    yield parts;
    yield* spelled(read.to, reads, parts);
  }
}

function endsOf(secret: readonly string[], from: number, reads: Reads): number[] {
  const [first, ...rest] = secret;
  if (first === undefined) return [from];
  return (reads[from] ?? []).filter(({ as }) => as === first).flatMap(({ to }) => endsOf(rest, to, reads));
}

function fromHex(digits = ''): number {
  return Number.parseInt(digits, 16);
}

function fromUtf8(escaped = ''): string | null {
  const character = Buffer.from(escaped.replaceAll('%', ''), 'hex').toString('utf8');
  return [...character].length === 1 && character !== '\ufffd' ? character : null;
}
