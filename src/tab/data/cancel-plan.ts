import { path } from './api.ts';
import type { Model } from './model.ts';
import { Observable } from './observable.ts';

/** Cancelling all that waits and that a search finds: counted first, then done part by part, until one stops it. */
export class CancelPlan extends Observable {
  state: 'asking' | 'running' | 'stopped' | 'done' = 'asking';
  /** How many wait; undefined while they are being counted. */
  matched: number | undefined;
  cancelled = 0;
  problem: unknown;
  readonly #model: Model;
  readonly #filter: Readonly<Record<string, string>>;
  readonly #registries: readonly string[];
  readonly #upTo = new Map<string, string | null>();

  /** @param query what is searched for, as the API is asked */
  constructor(model: Model, query: Readonly<Record<string, string>>, registries: readonly string[]) {
    super();
    this.#model = model;
    this.#filter = { ...query, status: 'parked' };
    this.#registries = registries;
  }

  async count(): Promise<void> {
    await this.#telling(async () => {
      let matched = 0;
      for (const registry of this.#registries) {
        const counted = await this.#post<{ matched: number; upTo: string | null }>(registry, {
          dryRun: true,
        });
        this.#upTo.set(registry, counted.upTo);
        matched += counted.matched;
      }
      this.matched = matched;
    });
  }

  async run(): Promise<void> {
    this.state = 'running';
    this.changed();
    await this.#telling(async () => {
      for (const registry of this.#registries) await this.#cancelIn(registry);
    });
    if (this.state === 'running') this.state = this.problem === undefined ? 'done' : 'stopped';
    this.changed();
  }

  stop(): void {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    this.changed();
  }

  async #cancelIn(registry: string): Promise<void> {
    const upTo = this.#upTo.get(registry);
    let cursor: string | null = null;
    while (upTo && this.state === 'running') {
      const part: { cancelled: number; nextCursor: string | null } = await this.#post(registry, {
        upTo,
        ...(cursor !== null && { cursor }),
      });
      this.cancelled += part.cancelled;
      this.changed();
      cursor = part.nextCursor;
      if (cursor === null) return;
    }
  }

  async #telling(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.problem = error;
    }
    this.changed();
  }

  #post<Answer>(registry: string, body: object): Promise<Answer> {
    const route = path('registries', registry, 'cancel');
    return this.#model.api.send('POST', route, { filter: this.#filter, ...body });
  }
}
