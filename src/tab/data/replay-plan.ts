import { type ReplayableStatus, replayableStatuses, unresolved } from '../../engine/words/execution.ts';
import { path } from './api.ts';
import type { Model } from './model.ts';
import { Observable } from './observable.ts';

type Counts = Readonly<Partial<Record<ReplayableStatus, number>>>;

interface DryRun {
  readonly byStatus: Readonly<Record<ReplayableStatus, number>>;
  readonly upTo: string | null;
}

/** What is replayed unless one says otherwise. */
const lost: readonly ReplayableStatus[] = ['failed', 'skipped'];

/**
 * A replay of what a search finds, as it is thought over: how much of each status there is, and what is chosen of it.
 * All of it is of the moment of the first question: what comes after it is left alone.
 */
export class ReplayPlan extends Observable {
  /** Statuses that the search can find and that can be replayed. */
  readonly offered: readonly ReplayableStatus[];
  readonly chosen: Set<ReplayableStatus>;
  /** How many of each would run again; what is not among them is being counted. */
  counts: Counts = {};
  problem: unknown;
  readonly #model: Model;
  readonly #query: Readonly<Record<string, string>>;
  readonly #registries: readonly string[];
  readonly #upTo = new Map<string, string | null>();

  /** @param query what is searched for, as the API is asked */
  constructor(model: Model, query: Readonly<Record<string, string>>, registries: readonly string[]) {
    super();
    this.#model = model;
    this.#query = query;
    this.#registries = registries;
    const asked = query['status']
      ?.split(',')
      .flatMap((one): readonly string[] => (one === unresolved ? lost : [one]));
    this.offered = replayableStatuses.filter((one) => asked?.includes(one) ?? true);
    this.chosen = new Set(this.offered.filter((one) => lost.includes(one)));
  }

  /** How many would run again; undefined while that is being counted. */
  get matched(): number | undefined {
    const counts = [...this.chosen].map((status) => this.counts[status]);
    return counts.includes(undefined) ? undefined : counts.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  }

  /** Asks how much there is: first of what is chosen, which is known soon, then of the rest, which may be much. */
  async count(): Promise<void> {
    try {
      for (const part of [lost, replayableStatuses.filter((one) => !lost.includes(one))]) {
        const statuses = this.offered.filter((one) => part.includes(one));
        if (statuses.length > 0) this.#add(statuses, await this.#post<DryRun>(statuses, { dryRun: true }));
      }
    } catch (error) {
      this.problem = error;
    }
    this.changed();
  }

  choose(status: ReplayableStatus, chosen: boolean): void {
    if (chosen) this.chosen.add(status);
    else this.chosen.delete(status);
    this.changed();
  }

  /** @returns how many run again @throws ApiError */
  async start(ratePerSecond: number): Promise<number> {
    const answers = await this.#post<{ replaying: number }>([...this.chosen], { ratePerSecond });
    return answers.reduce((sum, { replaying }) => sum + replaying, 0);
  }

  #add(statuses: readonly ReplayableStatus[], answers: readonly DryRun[]): void {
    const sum = (status: ReplayableStatus) =>
      answers.reduce((total, { byStatus }) => total + byStatus[status], 0);
    this.counts = { ...this.counts, ...Object.fromEntries(statuses.map((one) => [one, sum(one)])) };
    for (const [index, registry] of this.#registries.entries())
      this.#upTo.set(registry, answers[index]?.upTo ?? null);
    this.changed();
  }

  #post<Answer>(statuses: readonly ReplayableStatus[], body: object): Promise<readonly Answer[]> {
    const isAllLost = lost.every((one) => statuses.includes(one));
    const status = isAllLost ? [unresolved, ...statuses.filter((one) => !lost.includes(one))] : statuses;
    const filter = { ...this.#query, status };
    return Promise.all(
      this.#registries.map((registry) => {
        const upTo = this.#upTo.get(registry);
        const route = path('registries', registry, 'replay');
        return this.#model.api.send<Answer>('POST', route, { filter, ...body, ...(upTo && { upTo }) });
      }),
    );
  }
}
