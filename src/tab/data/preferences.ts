/** What of `localStorage` the tab uses. A browser may refuse it, or have no room left in it. */
export type BrowserStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** What of `RED.settings` held the preferences before: where no users are known, everybody shares those. */
export interface FormerSettings {
  get(key: string): unknown;
  remove(key: string): void;
}

type Values = Readonly<Record<string, unknown>>;

const formerKey = 'provisioningTab';

/**
 * What is remembered in this browser alone: a search is of the one who searches. Where the browser keeps nothing it
 * holds for as long as the page lies open.
 */
export class Preferences {
  readonly #storage: BrowserStorage;
  readonly #key: string;
  #values: Values;

  /**
   * @param place tells what is remembered of one Node-RED from that of another of the same origin
   * @param former taken over once, and removed: else every further browser began with somebody's search
   */
  constructor(storage: BrowserStorage, place: string, former?: FormerSettings) {
    this.#storage = storage;
    this.#key = `provisioning:${place}`;
    this.#values = this.#kept() ?? this.#takenOver(former) ?? {};
  }

  get(name: string): unknown {
    return this.#values[name];
  }

  set(name: string, value: unknown): void {
    this.#values = { ...this.#values, [name]: value };
    // What another window has set meanwhile stays.
    this.#keep({ ...this.#kept(), [name]: value });
  }

  #kept(): Values | undefined {
    try {
      return valuesOf(JSON.parse(this.#storage.getItem(this.#key) ?? 'null'));
    } catch {
      return undefined;
    }
  }

  #keep(values: Values): boolean {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(values));
      return true;
    } catch {
      return false;
    }
  }

  #takenOver(former: FormerSettings | undefined): Values | undefined {
    const values = valuesOf(former?.get(formerKey));
    if (values && this.#keep(values)) former?.remove(formerKey);
    return values;
  }
}

/** The browser's own; one that keeps nothing where the browser refuses it. */
export function browserStorage(): BrowserStorage {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined };
  }
}

function valuesOf(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
