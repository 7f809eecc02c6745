/** A character, or a run of backslashes: the ways in which it is written. */
interface Unit {
  /** Finds one, whichever way. */
  readonly anywhere: RegExp;
  /** Match one where they are set to, the longer way first where one begins with another. */
  readonly ways: readonly RegExp[];
}

/** How often one escape may stand in another: JSON in JSON, a URL in a URL. */
const depth = 3;

/** A character that every escape begins with. */
export const beginsEscape = /[\\%&]/;

/** What may be left of an escape whose end was cut off. */
const cutEscape = /^(?:(?:%[\dA-Fa-f]{0,8}){0,4}|\\{0,15}(?:u[\dA-Fa-f]{0,3})?|&[#;A-Za-z\d]{0,24})$/;

/** As many characters as one is written with, at most. */
const longestEscape = 32;

/**
 * A text that is found wherever it stands, as it is or written for JSON (`\"`, `\/`, `\u002f`), for a URL or a form
 * (`%2F`, `%2f`, `+`) or for HTML (`&amp;`, `&#38;`, `&#x26;`), each character in its own way.
 */
export class EncodedText {
  readonly #units: readonly Unit[];

  constructor(text: string) {
    this.#units = (text.match(/\\+|[^\\]/gu) ?? []).map(unitOf);
  }

  replacedIn(text: string, replacement: string): string {
    let result = '';
    let copied = 0;
    for (const from of this.#beginnings(text, 0)) {
      if (from < copied) continue;
      const end = this.#endIn(text, from);
      if (end === null) continue;
      result += text.slice(copied, from) + replacement;
      copied = end;
    }
    return copied === 0 ? text : result + text.slice(copied);
  }

  /** Where it begins in a text that ends before it does; null if less than `shortest` characters of it are there. */
  cutOffIn(text: string, shortest: number): number | null {
    const earliest = Math.max(0, text.length - this.#units.length * longestEscape);
    for (const from of this.#beginnings(text, earliest)) {
      if (this.#reachesEnd(text, from, shortest)) return from;
    }
    return null;
  }

  *#beginnings(text: string, from: number): Generator<number> {
    const [first] = this.#units;
    if (first === undefined) return;
    let at = from;
    for (;;) {
      first.anywhere.lastIndex = at;
      const found = first.anywhere.exec(text);
      if (found === null) return;
      yield found.index;
      at = found.index + 1;
    }
  }

  #endIn(text: string, from: number): number | null {
    let end: number | null = null;
    this.#follow(text, from, (at, units) => {
      if (units === this.#units.length) end = at;
      return end !== null;
    });
    return end;
  }

  #reachesEnd(text: string, from: number, shortest: number): boolean {
    let reaches = false;
    this.#follow(text, from, (at, units) => {
      reaches = units >= shortest && text.length - at <= longestEscape && cutEscape.test(text.slice(at));
      return reaches;
    });
    return reaches;
  }

  /** Goes along the text as far as it is this one, each possible way, until `isEnough` of a way that goes no further. */
  #follow(text: string, from: number, isEnough: (at: number, units: number) => boolean): void {
    const open: (readonly [at: number, units: number])[] = [[from, 0]];
    for (let way = open.pop(); way !== undefined; way = open.pop()) {
      const [at, units] = way;
      const ends = (this.#units[units]?.ways ?? [])
        .map((one) => endAt(one, text, at))
        .filter((end) => end > 0);
      for (const end of ends.reverse()) open.push([end, units + 1]);
      if (ends.length === 0 && isEnough(at, units)) return;
    }
  }
}

/** 0 when it does not match there. */
function endAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : 0;
}

const known = new Map<string, Unit>();

/** The same characters are in most secrets, and a pattern costs more to make than to use. */
function unitOf(characters: string): Unit {
  const unit = known.get(characters) ?? newUnit(characters);
  known.set(characters, unit);
  return unit;
}

function newUnit(characters: string): Unit {
  const ways = waysOf(characters);
  return {
    anywhere: new RegExp(ways.join('|'), 'g'),
    ways: (isAmbiguous(characters) ? ways : [ways.join('|')]).map((way) => new RegExp(way, 'y')),
  };
}

/** Whether a way to write it begins with another one. */
function isAmbiguous(characters: string): boolean {
  return beginsEscape.test(characters);
}

function waysOf(characters: string): string[] {
  const [character = ''] = characters;
  const times = `{${characters.length}}`;
  if (character === '\\') {
    const doubled = range(depth).map((level) => `\\\\{${characters.length * 2 ** level}}`);
    return [`(?:${everyWay(character)})${times}`, ...doubled, `\\\\${times}`];
  }
  if (character === '%') return [everyWay(character), ...range(depth).map((n) => `%(?:25){${n}}`), '%'];
  if (character === '&') return [everyWay(character), ...range(depth).map((n) => `&(?:amp;){${n}}`), '&'];
  return [everyWay(characters), ...shortEscapes(characters), literal(characters)];
}

/** From `most` down to 1. */
function range(most: number): number[] {
  return Array.from({ length: most }, (_, index) => most - index);
}

const entities: Readonly<Record<string, string>> = { '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
const letters: Readonly<Record<string, string>> = { '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r' };

/** What is there for every character: percent escapes, `\u…` and numeric HTML. */
function everyWay(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const bytes = [...Buffer.from(character)].map((byte) => `%(?:25){0,${depth}}${hex(byte, 2)}`);
  const units = character.split('').map((unit) => `\\\\{1,15}u${hex(unit.charCodeAt(0), 4)}`);
  const numeric = `&(?:amp;){0,${depth}}#(?:0{0,6}${code}|[xX]0{0,6}${hex(code, 1)});`;
  return [bytes.join(''), units.join(''), numeric].join('|');
}

function shortEscapes(character: string): string[] {
  const ways: string[] = [];
  const letter = letters[character];
  const entity = entities[character];
  if (letter !== undefined) ways.push(`\\\\{1,15}${letter}`);
  if (/["'/]/.test(character)) ways.push(`\\\\{1,15}${character}`);
  if (entity !== undefined) ways.push(`&(?:amp;){0,${depth}}${entity};`);
  if (character === ' ') ways.push('\\+');
  return ways;
}

function literal(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Both cases of a hexadecimal number. */
function hex(value: number, digits: number): string {
  const text = value.toString(16).padStart(digits, '0');
  return text.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
