import { type Api, ApiError } from './api.ts';
import { Observable } from './observable.ts';
import type { RegistryRow } from './shapes.ts';

/** `absent`: the API is not there, for instance because the package's nodes are disabled. */
export type RegistriesState = 'loading' | 'ready' | 'forbidden' | 'absent' | 'failed';

const everyMs = 5000;
const whileLostMs = 1000;

/** The registries, asked for every five seconds while the tab is shown; so is noticed whether Node-RED answers. */
export class Registries extends Observable {
  state: RegistriesState = 'loading';
  items: readonly RegistryRow[] = [];
  problem = '';
  /** Node-RED does not answer; what is shown may be out of date. */
  lost = false;
  readonly #api: Api;
  readonly #onReturn: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #asking: Promise<void> | undefined;

  /** @param onReturn Node-RED answers again */
  constructor(api: Api, onReturn: () => void) {
    super();
    this.#api = api;
    this.#onReturn = onReturn;
  }

  /** Those whose lists can be read. */
  get readable(): readonly RegistryRow[] {
    return this.items.filter(({ state }) => state !== 'error' && state !== 'orphaned');
  }

  nameOf(id: string): string {
    return this.items.find((registry) => registry.id === id)?.name || id;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.refresh();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
      if (this.#running) this.#timer = setTimeout(() => this.refresh(), this.lost ? whileLostMs : everyMs);
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    try {
      this.items = await this.#api.get<readonly RegistryRow[]>('registries');
      const returned = this.lost;
      this.lost = false;
      this.state = 'ready';
      if (returned) this.#onReturn();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#fail(error);
    }
    this.changed();
  }

  #fail(error: ApiError): void {
    this.problem = error.message;
    if (error.lostConnection) this.lost = true;
    else if (error.forbidden) this.state = 'forbidden';
    // A Node-RED that is just starting answers before its nodes are there.
    else if (error.missing && this.items.length > 0) this.lost = true;
    else if (error.missing) this.state = 'absent';
    else this.state = 'failed';
  }
}
