import { path } from './api.ts';
import { BulkPlan } from './bulk-plan.ts';
import type { Model } from './model.ts';

/** Cancelling all that waits and that a search finds, part by part. */
export class CancelPlan extends BulkPlan {
  cancelled = 0;
  readonly #model: Model;
  readonly #filter: Readonly<Record<string, string>>;
  readonly #registries: readonly string[];
  readonly #upTo = new Map<string, string | null>();
  #matched: number | undefined;

  /** @param query what is searched for, as the API is asked */
  constructor(model: Model, query: Readonly<Record<string, string>>, registries: readonly string[]) {
    super();
    this.#model = model;
    this.#filter = { ...query, status: 'parked' };
    this.#registries = registries;
  }

  override get matched(): number | undefined {
    return this.#matched;
  }

  protected override get hasBegun(): boolean {
    return this.cancelled > 0;
  }

  protected override async look(): Promise<void> {
    let matched = 0;
    for (const registry of this.#registries) {
      const counted = await this.#post<{ matched: number; upTo: string | null }>(registry, {
        dryRun: true,
      });
      this.#upTo.set(registry, counted.upTo);
      matched += counted.matched;
    }
    this.#matched = matched;
  }

  protected override async act(): Promise<void> {
    for (const registry of this.#registries) await this.#cancelIn(registry);
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

  #post<Answer>(registry: string, body: object): Promise<Answer> {
    const route = path('registries', registry, 'cancel');
    return this.#model.api.send('POST', route, { filter: this.#filter, ...body });
  }
}
