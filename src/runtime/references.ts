import type { Issue } from '../engine/words/errors.ts';

/** What Node-RED knows by a name: an environment variable, of a flow, of global-config or of the process. */
export type Resolve = (name: string) => unknown;

/** `${NAME}`, or `$(NAME)` as older flows write it: Node-RED fills such a value in, or leaves it when nothing has that name. */
const whole = /^\$(?:\{([^\s{}]+)\}|\((\S+)\))$/;

/** In the middle of a text Node-RED leaves it to the node. */
const inside = /\$\{([^\s{}]+)\}/g;

/** Resolves what a node's values refer to, and remembers what it saw on the way. */
export class References {
  /** Names that nothing has, and what else is wrong with what is referred to. */
  readonly issues: Issue[] = [];
  /** Values, and parts of values, that came from references. */
  readonly secrets = new Set<string>();
  readonly #resolve: Resolve;

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  /** A value that Node-RED left as a reference must not be taken for what it refers to. */
  check(value: unknown, field = ''): void {
    if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        this.check(member, Array.isArray(value) ? `${field}[${key}]` : field ? `${field}.${key}` : key);
      }
    } else if (typeof value === 'string') {
      const [, braced, bracketed] = whole.exec(value) ?? [];
      const name = braced ?? bracketed;
      if (name !== undefined) this.#isMissing(name, field);
    }
  }

  /**
   * A text, with the references inside of it resolved.
   * @param value as Node-RED gives it
   * @param written as the flow file has it
   */
  text(value: unknown, written: unknown, field: string): { value: unknown; secret: boolean } {
    if (isFrom(value, written)) return { value: this.#secret(value), secret: true };
    const text = asText(value);
    if (typeof text !== 'string' || whole.test(text) || text.search(inside) < 0) {
      this.check(text, field);
      return { value: text, secret: false };
    }
    const resolved = text.replace(inside, (_, name: string) => {
      const part = this.#resolve(name);
      if (part === undefined) this.#isMissing(name, field);
      return String(this.#secret(part ?? ''));
    });
    return { value: this.#secret(resolved), secret: true };
  }

  /** A value as a text; nothing inside of it is resolved. */
  filledIn(value: unknown, written: unknown): unknown {
    return isFrom(value, written) ? this.#secret(value) : asText(value);
  }

  readonly refuse = (field: string, message: string): void => {
    this.issues.push({ field, message });
  };

  /** Remembers that a value came from a reference. @returns it as a text */
  #secret(value: unknown): unknown {
    const text = asText(value);
    if (typeof text === 'string' && text !== '') this.secrets.add(text);
    return text;
  }

  #isMissing(name: string, field: string): void {
    this.refuse(field, `names ${name}, which is not set: set the environment variable, or correct the name`);
  }
}

/** Whether Node-RED has filled in a value for a reference. */
function isFrom(value: unknown, written: unknown): boolean {
  return typeof written === 'string' && whole.test(written) && value !== written;
}

/** A number or a boolean of global-config as a text; everything else as it is. */
export function asText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** A reference that stands in a node, and where. */
export interface Reference {
  readonly field: string;
  readonly name: string;
}

/** What a value as the flow file has it refers to: as a whole, and with `within` also in the middle of a text. */
export function referencesIn(written: unknown, field: string, within = false): Reference[] {
  if (typeof written !== 'string') return [];
  const [, braced, bracketed] = whole.exec(written) ?? [];
  const name = braced ?? bracketed;
  if (name !== undefined) return [{ field, name }];
  return within ? [...written.matchAll(inside)].map(([, name = '']) => ({ field, name })) : [];
}
