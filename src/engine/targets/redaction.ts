/** What stands where a secret stood. */
export const redacted = '***';

/** Shorter ones would be found in half of all texts, and hide nothing worth hiding. */
const shortest = 4;

/**
 * Removes known secrets from texts that come back from a receiver or a script, also where they are escaped
 * for JSON or for a URL. Secrets of fewer than 4 characters are left alone.
 */
export class Redaction {
  readonly #secrets: readonly string[];

  /** @param others what it redacts besides */
  constructor(secrets: Iterable<string>, others?: Redaction) {
    const forms = new Set(others ? others.#secrets : []);
    for (const secret of secrets) {
      if (secret.length < shortest) continue;
      forms
        .add(secret)
        .add(JSON.stringify(secret).slice(1, -1))
        .add(encodeURIComponent(secret.toWellFormed()));
    }
    // The longest first: a secret may be part of another one.
    this.#secrets = [...forms].sort((a, b) => b.length - a.length);
  }

  /** This redaction, and one secret more. */
  and(secret: string): Redaction {
    return new Redaction([secret], this);
  }

  text(text: string): string {
    let result = text;
    for (const secret of this.#secrets) {
      if (result.includes(secret)) result = result.replaceAll(secret, redacted);
    }
    return result;
  }

  /** For a text whose end was cut off: what is left of a secret at the cut goes too. */
  cutText(text: string): string {
    const result = this.text(text);
    const rest = Math.max(0, ...this.#secrets.map((secret) => beginningAtEnd(result, secret)));
    return rest >= shortest ? result.slice(0, -rest) + redacted : result;
  }

  /** For a text whose beginning was cut off: what is left of a secret at the cut goes too. */
  tailText(text: string): string {
    const rest = Math.max(0, ...this.#secrets.map((secret) => endAtBeginning(text, secret)));
    return rest >= shortest ? redacted + this.text(text.slice(rest)) : this.text(text);
  }
}

/** How many characters of `secret`'s end `text` begins with. */
function endAtBeginning(text: string, secret: string): number {
  for (let length = Math.min(secret.length, text.length); length >= shortest; length--) {
    if (text.startsWith(secret.slice(-length))) return length;
  }
  return 0;
}

/** How many characters of `secret`'s beginning `text` ends with. */
function beginningAtEnd(text: string, secret: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length >= shortest; length--) {
    if (text.endsWith(secret.slice(0, length))) return length;
  }
  return 0;
}
