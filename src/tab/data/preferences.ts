/** What of `RED.settings` the tab uses: what a user has set stays with that user. */
export interface UserSettings {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

const key = 'provisioningTab';

/** What the tab remembers for each user. */
export class Preferences {
  readonly #settings: UserSettings;

  constructor(settings: UserSettings) {
    this.#settings = settings;
  }

  get(name: string): unknown {
    return this.#all()[name];
  }

  set(name: string, value: unknown): void {
    this.#settings.set(key, { ...this.#all(), [name]: value });
  }

  #all(): Record<string, unknown> {
    const saved = this.#settings.get(key);
    return typeof saved === 'object' && saved !== null ? (saved as Record<string, unknown>) : {};
  }
}
