import { beginsEscape, EncodedText } from './encoded-text.ts';

/** What stands where a secret stood. */
export const redacted = '***';

/** Shorter ones would be found in half of all texts, and hide nothing worth hiding. */
const shortest = 4;

/**
 * Removes known secrets from texts that come back from a receiver or a script, also where they are escaped
 * for JSON, for a URL or for HTML. Secrets of fewer than 4 characters are left alone.
 */
export class Redaction {
  readonly #secrets: readonly Secret[];

  /** @param others what it redacts besides */
  constructor(secrets: Iterable<string>, others?: Redaction) {
    const known = new Map((others ? others.#secrets : []).map((secret) => [secret.text, secret]));
    for (const text of secrets) {
      if (text.length >= shortest && !known.has(text)) known.set(text, new Secret(text));
    }
    // The longest first: a secret may be part of another one.
    this.#secrets = [...known.values()].sort((a, b) => b.text.length - a.text.length);
  }

  /** This redaction, and one secret more. */
  and(secret: string): Redaction {
    return new Redaction([secret], this);
  }

  text(text: string): string {
    const escapes = beginsEscape.test(text);
    let result = text;
    for (const secret of this.#secrets) result = secret.hiddenIn(result, escapes);
    return result;
  }

  /** For a text whose end was cut off: what is left of a secret at the cut goes too. */
  cutText(text: string): string {
    const result = this.text(text);
    const rests = this.#secrets
      .map((secret) => secret.encoded.cutOffIn(result, shortest))
      .filter((rest) => rest !== null);
    return rests.length > 0 ? result.slice(0, Math.min(...rests)) + redacted : result;
  }

  /** For a text whose beginning was cut off: what is left of a secret at the cut goes too. */
  tailText(text: string): string {
    const rest = Math.max(0, ...this.#secrets.map((secret) => endAtBeginning(text, secret.text)));
    return rest >= shortest ? redacted + this.text(text.slice(rest)) : this.text(text);
  }
}

/** For what has no secrets of its own. */
export const nothingSecret = new Redaction([]);

/** How many characters of `secret`'s end `text` begins with. */
function endAtBeginning(text: string, secret: string): number {
  for (let length = Math.min(secret.length, text.length); length >= shortest; length--) {
    if (text.startsWith(secret.slice(-length))) return length;
  }
  return 0;
}

class Secret {
  readonly text: string;
  readonly #hasSpace: boolean;
  #encoded: EncodedText | undefined;

  constructor(text: string) {
    this.text = text;
    this.#hasSpace = text.includes(' ');
  }

  /** Most texts have no escape in them, and never need it. */
  get encoded(): EncodedText {
    this.#encoded ??= new EncodedText(this.text);
    return this.#encoded;
  }

  /** @param escapes whether the text may hold escapes other than a plus sign for a space */
  hiddenIn(text: string, escapes: boolean): string {
    const plain = text.includes(this.text) ? text.replaceAll(this.text, redacted) : text;
    const mayHold = escapes || (this.#hasSpace && plain.includes('+'));
    return mayHold ? this.encoded.replacedIn(plain, redacted) : plain;
  }
}
