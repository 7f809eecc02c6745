/** One way to read a text at an offset: a character, and where what is written for it ends. */
export interface Reading {
  readonly codePoint: number;
  readonly end: number;
}

/** How many escapes may stand in one another: JSON in JSON in a URL in HTML. */
const levels = 4;

/** Characters that an escape begins with. */
export const beginsEscape = /[\\%&+]/;

const code = (character: string): number => character.codePointAt(0) ?? 0;
const codes = (characters: string): ReadonlySet<number> => new Set([...characters].map(code));
const backslash = code('\\');
const percent = code('%');
const ampersand = code('&');
const plus = code('+');
const space = code(' ');
const semicolon = code(';');
const beginnings = codes('\\%&+');
const hexDigits = codes('0123456789abcdefABCDEF');
const ofNames = codes('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ#;');
const letterU = codes('u');

/** After a backslash: what shells and languages mean as it is, and letters that mean another character. */
const backslashed = new Map([
  ...[...codes(' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')].map((mark) => [mark, mark] as const),
  ...['b\b', 't\t', 'n\n', 'f\f', 'r\r'].map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const),
]);
const entities = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));
const none: readonly Reading[] = [];
/** More backslashes than one can stand for, with what they escape. */
const longRun = '\\'.repeat(2 * 2 ** levels);
/** The name of `&#x0000001f600;`, and some. */
const longestName = 16;

/** How an escape can be read by so many levels; the last of them goes for all further ones when it is final. */
interface Levels {
  readonly readings: (readonly Reading[])[];
  isFinal: boolean;
}

/**
 * All ways to read a text, offset by offset: as it stands, or as escaped for JSON (`\"`, `\/`, `\u002f`, `\x2f`), for a
 * URL or a form (`%2F`, `+`) or for HTML (`&amp;`, `&#38;`, `&#x26;`), where what the escape is written with may be
 * escaped in turn. However long the text is, an offset has few of them, and each is worked out once.
 */
export class Readings {
  readonly text: string;
  readonly #known: (Levels | undefined)[];
  /** Whether something was looked at since that can be read in more ways by more levels. */
  #mayGrow = false;
  #steps = 0;

  constructor(text: string) {
    this.text = text;
    this.#known = new Array(text.length);
  }

  /** How much work it was so far: the offsets that were looked at. */
  get steps(): number {
    return this.#steps;
  }

  /** The character that stands there first, then what it begins; nothing at the end of the text. */
  at(offset: number): readonly Reading[] {
    return this.#at(offset, levels);
  }

  #at(offset: number, level: number): readonly Reading[] {
    this.#steps++;
    const codePoint = this.text.codePointAt(offset);
    if (codePoint === undefined) return none;
    if (!beginnings.has(codePoint)) return [{ codePoint, end: offset + (codePoint > 0xffff ? 2 : 1) }];
    if (codePoint === backslash && this.text.startsWith(longRun, offset))
      return this.#inLongRun(offset, level);
    const known = this.#known[offset] ?? { readings: [[{ codePoint, end: offset + 1 }]], isFinal: false };
    this.#known[offset] = known;
    while (known.readings.length <= level && !known.isFinal) this.#grow(offset, known);
    const last = known.readings.length - 1;
    if (!known.isFinal || level < last) this.#mayGrow = true;
    return known.readings[Math.min(level, last)] ?? none;
  }

  /** Each level doubles backslashes. */
  #inLongRun(offset: number, level: number): readonly Reading[] {
    if (level < levels) this.#mayGrow = true;
    const readings: Reading[] = [];
    for (let doubled = 0; doubled <= level; doubled++) {
      readings.push({ codePoint: backslash, end: offset + 2 ** doubled });
    }
    return readings;
  }

  #grow(offset: number, known: Levels): void {
    const level = known.readings.length - 1;
    const before = known.readings[level] ?? none;
    const mightGrow = this.#mayGrow;
    this.#mayGrow = false;
    const readings = before.slice(0, 1);
    for (const begun of before) this.#addMeantBy(begun, begun.end - offset, level, readings);
    known.readings.push(readings);
    known.isFinal = !this.#mayGrow && beginningsIn(readings) === beginningsIn(before);
    this.#mayGrow = mightGrow;
  }

  /** Adds what an escape means whose first character was read, in so many. */
  #addMeantBy({ codePoint, end }: Reading, length: number, level: number, readings: Reading[]): void {
    if (codePoint === backslash) this.#addBackslashed(end, length, level, readings);
    else if (codePoint === percent) add(readings, this.#percentEncoded(end, level));
    else if (codePoint === ampersand) add(readings, this.#entity(end, level));
    else if (codePoint === plus) add(readings, { codePoint: space, end });
  }

  #addBackslashed(offset: number, length: number, level: number, readings: Reading[]): void {
    for (const next of this.#at(offset, level)) {
      // Whatever a backslash was written in doubled both alike. All other pairs of a long run would be too many.
      if (next.codePoint === backslash && next.end - offset !== length) continue;
      add(readings, this.#afterBackslash(next, level));
    }
  }

  #afterBackslash({ codePoint, end }: Reading, level: number): Reading | null {
    if (codePoint === code('x')) return this.#number(end, 2, level);
    if (codePoint === code('u')) return this.#utf16(end, level);
    const meant = backslashed.get(codePoint);
    return meant === undefined ? null : { codePoint: meant, end };
  }

  /** Of a character beyond U+FFFF both halves are written, each with an escape of its own. */
  #utf16(offset: number, level: number): Reading | null {
    const unit = this.#number(offset, 4, level);
    if (unit === null || !isHighSurrogate(unit.codePoint)) return unit;
    for (const next of this.#at(unit.end, level)) {
      if (next.codePoint !== backslash) continue;
      const u = this.#first(next.end, level, letterU);
      const low = u && this.#number(u.end, 4, level);
      const codePoint = low && joined(unit.codePoint, low.codePoint);
      if (codePoint) return { codePoint, end: low.end };
    }
    return unit;
  }

  #percentEncoded(offset: number, level: number): Reading | null {
    const lead = this.#number(offset, 2, level);
    if (lead === null || lead.codePoint < 0x80) return lead;
    const more = lead.codePoint >= 0xf0 ? 3 : lead.codePoint >= 0xe0 ? 2 : 1;
    let codePoint = lead.codePoint & (0x3f >> more);
    let end = lead.end;
    for (let count = 0; count < more; count++) {
      const next = this.#continuation(end, level);
      if (next === null) return null;
      codePoint = (codePoint << 6) | (next.codePoint & 0x3f);
      end = next.end;
    }
    return { codePoint, end };
  }

  /** A further byte of a character's UTF-8. */
  #continuation(offset: number, level: number): Reading | null {
    for (const { codePoint, end } of this.#at(offset, level)) {
      const byte = codePoint === percent ? this.#number(end, 2, level) : null;
      if (byte && byte.codePoint >> 6 === 2) return byte;
    }
    return null;
  }

  #entity(offset: number, level: number): Reading | null {
    let name = '';
    let next = this.#first(offset, level, ofNames);
    while (next && next.codePoint !== semicolon && name.length < longestName) {
      name += String.fromCodePoint(next.codePoint);
      next = this.#first(next.end, level, ofNames);
    }
    if (next?.codePoint !== semicolon) return null;
    const codePoint = entityNamed(name);
    return codePoint === null ? null : { codePoint, end: next.end };
  }

  #number(offset: number, digits: number, level: number): Reading | null {
    let value = 0;
    let end = offset;
    for (let count = 0; count < digits; count++) {
      const digit = this.#first(end, level, hexDigits);
      if (digit === null) return null;
      value = value * 16 + Number.parseInt(String.fromCodePoint(digit.codePoint), 16);
      end = digit.end;
    }
    return { codePoint: value, end };
  }

  /** The shortest way to read a character that is wanted there, which begins no escape itself. */
  #first(offset: number, level: number, wanted: ReadonlySet<number>): Reading | null {
    const codePoint = this.text.charCodeAt(offset);
    if (beginnings.has(codePoint))
      return this.#at(offset, level).find((one) => wanted.has(one.codePoint)) ?? null;
    this.#steps++;
    return wanted.has(codePoint) ? { codePoint, end: offset + 1 } : null;
  }
}

function add(readings: Reading[], reading: Reading | null): void {
  if (reading && !readings.some((one) => isSame(one, reading))) readings.push(reading);
}

function beginningsIn(readings: readonly Reading[]): number {
  let count = 0;
  for (const { codePoint } of readings) if (beginnings.has(codePoint)) count++;
  return count;
}

function entityNamed(name: string): number | null {
  const character = entities.get(name);
  if (character !== undefined) return code(character);
  const [, hexadecimal, decimal] = /^#(?:[xX]([\da-fA-F]+)|(\d+))$/.exec(name) ?? [];
  const value = Number.parseInt(hexadecimal ?? decimal ?? '', hexadecimal ? 16 : 10);
  return value <= 0x10ffff ? value : null;
}

function isHighSurrogate(unit: number): boolean {
  return unit >> 10 === 0x36;
}

/** The character beyond U+FFFF that a high surrogate and another unit are; undefined when they are none. */
function joined(high: number, unit: number): number | undefined {
  const codePoint = String.fromCodePoint(high, unit).codePointAt(0);
  return codePoint === high ? undefined : codePoint;
}

function isSame(one: Reading, other: Reading): boolean {
  return one.end === other.end && one.codePoint === other.codePoint;
}
