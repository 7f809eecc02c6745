import { kindOf } from '../words/failure-kind.ts';

/** Errors whose kinds are remembered: in an outage it is the same one again and again. */
const remembered = 500;
/** Kinds that are told apart of one handler, so that errors made of chance do not fill the disk. */
export const mostOfHandler = 1000;

/** Names kinds, and remembers the last ones. */
export class KnownKinds {
  readonly #known = new Map<string, string>();

  of(code: number | null, error: string): string {
    const key = `${code} ${error}`;
    let kind = this.#known.get(key);
    if (kind === undefined) {
      kind = kindOf(code, error);
      if (this.#known.size >= remembered) this.#known.clear();
      this.#known.set(key, kind);
    }
    return kind;
  }
}
