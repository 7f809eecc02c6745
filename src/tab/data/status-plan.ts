import { path } from './api.ts';
import { BulkPlan } from './bulk-plan.ts';
import type { Model } from './model.ts';

interface DryRun<Status extends string> {
  readonly byStatus: Readonly<Record<Status, number>>;
  readonly leftOut?: number;
  readonly upTo: string | null;
}

/**
 * A replay of what a search finds, as it is thought over: how much of each status there is, and what is chosen of it.
 * All of it is of the moment of the first question: what comes after it is left alone.
 */
export abstract class StatusPlan<Status extends string> extends BulkPlan {
  /** Statuses that the search can find and that can be replayed. */
  abstract readonly offered: readonly Status[];
  abstract readonly chosen: Set<Status>;
  /** How many of each would run again; what is not among them is being counted. */
  counts: Readonly<Record<string, number | undefined>> = {};
  /** Those that match, and can't be replayed for a reason of their own. */
  leftOut = 0;
  /** How many run again, once it was begun. */
  started = 0;
  readonly #model: Model;
  readonly #registries: readonly string[];
  readonly #route: readonly string[];
  readonly #upTo = new Map<string, string | null>();

  /** @param route of the replay, below a registry's */
  constructor(model: Model, registries: readonly string[], route: readonly string[]) {
    super();
    this.#model = model;
    this.#registries = registries;
    this.#route = route;
  }

  override get matched(): number | undefined {
    const counts = [...this.chosen].map((status) => this.counts[status]);
    return counts.includes(undefined) ? undefined : counts.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  }

  choose(status: Status, chosen: boolean): void {
    if (chosen) this.chosen.add(status);
    else this.chosen.delete(status);
    this.changed();
  }

  /** What is counted with one question, the first at first. */
  protected abstract get parts(): readonly (readonly Status[])[];

  /** The search for these statuses, as the API is asked. */
  protected abstract filterFor(statuses: readonly Status[]): object;

  protected override get hasBegun(): boolean {
    return false;
  }

  protected override async look(): Promise<void> {
    for (const part of this.parts) {
      const statuses = this.offered.filter((one) => part.includes(one));
      if (statuses.length > 0)
        this.#add(statuses, await this.#post<DryRun<Status>>(statuses, { dryRun: true }));
    }
  }

  protected override async act(ratePerSecond: number): Promise<void> {
    const answers = await this.#post<{ replaying: number }>([...this.chosen], { ratePerSecond });
    this.started = answers.reduce((sum, { replaying }) => sum + replaying, 0);
  }

  #add(statuses: readonly Status[], answers: readonly DryRun<Status>[]): void {
    const sum = (status: Status) => answers.reduce((total, { byStatus }) => total + byStatus[status], 0);
    this.counts = { ...this.counts, ...Object.fromEntries(statuses.map((one) => [one, sum(one)])) };
    this.leftOut += answers.reduce((total, { leftOut = 0 }) => total + leftOut, 0);
    for (const [index, registry] of this.#registries.entries())
      this.#upTo.set(registry, answers[index]?.upTo ?? null);
    this.changed();
  }

  #post<Answer>(statuses: readonly Status[], body: object): Promise<readonly Answer[]> {
    const filter = this.filterFor(statuses);
    return Promise.all(
      this.#registries.map((registry) => {
        const upTo = this.#upTo.get(registry);
        const route = path('registries', registry, ...this.#route);
        return this.#model.api.send<Answer>('POST', route, { filter, ...body, ...(upTo && { upTo }) });
      }),
    );
  }
}
