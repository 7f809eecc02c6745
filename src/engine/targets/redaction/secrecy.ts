import { beginsEscape, Readings } from './readings.ts';

/** Which stretches of a text are secret. */
export class Secrecy {
  readonly text: string;
  /** Whether the text may mean something else than what stands there. */
  readonly hasEscapes: boolean;
  #readings: Readings | undefined;
  /** For each offset where something secret begins, where it ends; 0 elsewhere. */
  #ends: Int32Array | undefined;
  #steps = 0;

  constructor(text: string) {
    this.text = text;
    this.hasEscapes = beginsEscape.test(text);
  }

  get readings(): Readings {
    this.#readings ??= new Readings(this.text);
    return this.#readings;
  }

  /** How much work it was to find them; grows with the text, whatever stands in it. */
  get steps(): number {
    return this.#steps + this.readings.steps;
  }

  worked(steps: number): void {
    this.#steps += steps;
  }

  hide(from: number, to: number): void {
    this.#ends ??= new Int32Array(this.text.length + 1);
    this.#ends[from] = Math.max(this.#ends[from] ?? 0, to);
  }

  /** The text, with `replacement` for each stretch that is secret. */
  replaced(replacement: string): string {
    const { text } = this;
    const ends = this.#ends;
    if (ends === undefined) return text;
    let result = '';
    let copied = 0;
    for (let offset = 0; offset < text.length; offset++) {
      let end = ends[offset] ?? 0;
      if (end === 0) continue;
      result += text.slice(copied, offset) + replacement;
      for (; offset < end || ends[offset]; offset++) end = Math.max(end, ends[offset] ?? 0);
      copied = end;
    }
    return result + text.slice(copied);
  }
}
