/** What of `RED.settings` the tab uses: what a user has set stays with that user. */
export interface UserSettings {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

const key = 'provisioningTab';

/** What the tab remembers for each user; where the editor can save nothing, for as long as it lies open. */
export class Preferences {
  readonly #settings: UserSettings;
  #values: Readonly<Record<string, unknown>>;

  constructor(settings: UserSettings) {
    this.#settings = settings;
    const saved = settings.get(key);
    this.#values = typeof saved === 'object' && saved !== null ? { ...saved } : {};
  }

  get(name: string): unknown {
    return this.#values[name];
  }

  set(name: string, value: unknown): void {
    this.#values = { ...this.#values, [name]: value };
    this.#settings.set(key, this.#values);
  }
}
