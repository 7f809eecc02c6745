import { path } from './api.ts';
import { BulkPlan } from './bulk-plan.ts';
import type { Model } from './model.ts';

/** What a count of missed events has found so far. */
export interface Missed {
  readonly matched: number;
  /** Events looked at, of how many. */
  readonly looked: number;
  readonly of: number;
  readonly unjudged: number;
  readonly stopped: number;
  readonly prunedBefore: string | null;
}

const none: Missed = { matched: 0, looked: 0, of: 0, unjudged: 0, stopped: 0, prunedBefore: null };

/** Delivering what a handler has missed since a moment: looked for part by part, as its condition is asked. */
export class DeliveryPlan extends BulkPlan {
  found: Missed = none;
  /** All of it has been looked at. */
  counted = false;
  readonly #model: Model;
  readonly #route: string;
  #since: string;
  /** Counts the questions: a new one ends the one before. */
  #question = 0;

  /** @param since ISO 8601 */
  constructor(model: Model, registry: string, handler: string, since: string) {
    super();
    this.#model = model;
    this.#route = path('registries', registry, 'handlers', handler, 'deliver');
    this.#since = since;
  }

  override get matched(): number | undefined {
    return this.counted ? this.found.matched : undefined;
  }

  /** Counts anew, since another moment. @param since ISO 8601 */
  ask(since: string): Promise<void> {
    this.#since = since;
    this.problem = undefined;
    return this.count();
  }

  /** Nobody wants to know any more. */
  leave(): void {
    this.#question += 1;
  }

  protected override get hasBegun(): boolean {
    return false;
  }

  protected override async look(): Promise<void> {
    this.#question += 1;
    const question = this.#question;
    const since = this.#since;
    this.found = none;
    this.counted = false;
    this.changed();
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const body: object = { since, dryRun: true, ...(cursor && { cursor }) };
      const part = await this.#model.api
        .send<Missed & { readonly nextCursor: string | null }>('POST', this.#route, body)
        .catch((error) => {
          if (question === this.#question) throw error;
        });
      if (!part || question !== this.#question) return;
      const { matched, looked, unjudged, stopped } = this.found;
      this.found = {
        ...part,
        matched: matched + part.matched,
        looked: looked + part.looked,
        unjudged: unjudged + part.unjudged,
        stopped: stopped + part.stopped,
      };
      cursor = part.nextCursor;
      this.changed();
    }
    this.counted = true;
  }

  protected override async act(ratePerSecond: number): Promise<void> {
    await this.#model.api.send('POST', this.#route, { since: this.#since, ratePerSecond });
  }
}
