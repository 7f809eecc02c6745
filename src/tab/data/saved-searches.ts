import type { Preferences } from './preferences.ts';

/** A search under a name; `list` is the list that it is of. */
export interface SavedSearch {
  readonly list: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

const most = 100;
const name = 'searches';

/** Searches that were given a name, in this browser. */
export class SavedSearches {
  readonly #preferences: Preferences;

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
  }

  /** Those of a list, by name. */
  of(list: string): readonly SavedSearch[] {
    return this.#all.filter((one) => one.list === list).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Keeps a search; one of the same name gives way. The oldest are forgotten when there are too many. */
  save(search: SavedSearch): void {
    this.#preferences.set(name, [...this.#without(search), search].slice(-most));
  }

  delete(search: SavedSearch): void {
    this.#preferences.set(name, this.#without(search));
  }

  get #all(): readonly SavedSearch[] {
    const kept = this.#preferences.get(name);
    return Array.isArray(kept) ? kept.filter(isSearch) : [];
  }

  #without({ list, name }: SavedSearch): readonly SavedSearch[] {
    return this.#all.filter((one) => one.list !== list || one.name !== name);
  }
}

function isSearch(value: unknown): value is SavedSearch {
  const { list, name, fields } = (value ?? {}) as Partial<SavedSearch>;
  return (
    typeof list === 'string' &&
    typeof name === 'string' &&
    typeof fields === 'object' &&
    fields !== null &&
    Object.values(fields).every((field) => typeof field === 'string')
  );
}
