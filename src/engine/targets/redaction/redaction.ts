import { type Cut, shortest } from './pattern.ts';
import { Secrecy } from './secrecy.ts';
import { Secret } from './secret.ts';

/** What stands where a secret stood. */
export const redacted = '***';

/**
 * Removes known secrets from texts that come back from a receiver or a script, also where they are escaped for JSON,
 * for a URL or for HTML, or for one in another. Where occurrences touch or overlap, one `***` stands for all of them.
 * Secrets of fewer than 4 characters are left alone: they are in half of all texts, and hide nothing worth hiding.
 */
export class Redaction {
  readonly #secrets: ReadonlyMap<string, Secret>;

  /** @param others what it redacts besides */
  constructor(secrets: Iterable<string>, others?: Redaction) {
    const known = new Map(others ? others.#secrets : []);
    for (const secret of secrets) {
      // Who reads a header or a line leaves out the blanks around what it holds.
      for (const text of [secret, secret.trim()])
        if (text.length >= shortest && !known.has(text)) known.set(text, new Secret(text));
    }
    this.#secrets = known;
  }

  /** Redacts these besides. */
  and(secrets: readonly string[]): Redaction {
    return secrets.length === 0 ? this : new Redaction(secrets, this);
  }

  text(text: string): string {
    return this.#without(text, null);
  }

  /** For a text whose end was cut off: what is left of a secret at the cut goes too. */
  cutText(text: string): string {
    return this.#without(text, 'end');
  }

  /** For a text whose beginning was cut off: what is left of a secret at the cut goes too. */
  tailText(text: string): string {
    return this.#without(text, 'beginning');
  }

  /** As much of a text as a sentence has room for, in characters; an ellipsis stands for the rest. */
  beginningOf(text: string, length: number): string {
    return text.length > length ? `${this.cutText(text.slice(0, length))}…` : this.text(text);
  }

  #without(text: string, cut: Cut): string {
    if (this.#secrets.size === 0) return text;
    const secrecy = new Secrecy(text);
    for (const secret of this.#secrets.values()) secret.hideIn(secrecy, cut);
    return secrecy.replaced(redacted);
  }
}

/** For what has no secrets of its own. */
export const nothingSecret = new Redaction([]);
