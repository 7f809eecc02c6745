import { Observable } from './observable.ts';
import type { Preferences } from './preferences.ts';

/** What is searched for in one list; remembered in the browser. */
export class RememberedFilter<F extends object> extends Observable {
  readonly #preferences: Preferences;
  readonly #name: string;
  readonly #empty: F;
  #fields: F;

  /** @param empty asks for nothing; what was remembered is laid over it, and what is no text is forgotten */
  constructor(preferences: Preferences, name: string, empty: F) {
    super();
    this.#preferences = preferences;
    this.#name = name;
    this.#empty = empty;
    const known = new Map(Object.entries(preferences.get(name) ?? {}));
    this.#fields = Object.fromEntries(
      Object.entries(empty).map(([field, value]) => {
        const saved: unknown = known.get(field);
        return [field, typeof saved === 'string' ? saved : value];
      }),
    ) as F;
  }

  /** Of the list that is searched. */
  get name(): string {
    return this.#name;
  }

  get fields(): F {
    return this.#fields;
  }

  /** How many fields are filled in. */
  get asked(): number {
    return Object.values(this.#fields).filter((value) => String(value).trim() !== '').length;
  }

  change(fields: Partial<F>): void {
    this.#fields = { ...this.#fields, ...fields };
    this.#preferences.set(this.#name, this.#fields);
    this.changed();
  }

  /** Asks for these alone. */
  only(fields: Partial<F>): void {
    this.change({ ...this.#empty, ...fields });
  }

  clear(): void {
    this.only({});
  }
}
