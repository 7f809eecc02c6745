import { type ReplayableStatus, replayableStatuses, unresolved } from '../../engine/words/execution.ts';
import type { Model } from './model.ts';
import { StatusPlan } from './status-plan.ts';

/** What is replayed unless one says otherwise. */
const lost: readonly ReplayableStatus[] = ['failed', 'skipped'];
const others = replayableStatuses.filter((one) => !lost.includes(one));

/** A replay of executions that a search finds. */
export class ReplayPlan extends StatusPlan<ReplayableStatus> {
  override readonly offered: readonly ReplayableStatus[];
  override readonly chosen: Set<ReplayableStatus>;
  readonly #query: Readonly<Record<string, string>>;

  /** @param query what is searched for, as the API is asked */
  constructor(model: Model, query: Readonly<Record<string, string>>, registries: readonly string[]) {
    super(model, registries, ['replay']);
    this.#query = query;
    const asked = query['status']
      ?.split(',')
      .flatMap((one): readonly string[] => (one === unresolved ? lost : [one]));
    this.offered = replayableStatuses.filter((one) => asked?.includes(one) ?? true);
    this.chosen = new Set(this.offered.filter((one) => lost.includes(one)));
  }

  /** What is chosen is known soon; the rest may be much. */
  protected override get parts() {
    return [lost, others];
  }

  protected override filterFor(statuses: readonly ReplayableStatus[]): object {
    const isAllLost = lost.every((one) => statuses.includes(one));
    const status = isAllLost ? [unresolved, ...statuses.filter((one) => !lost.includes(one))] : statuses;
    return { ...this.#query, status };
  }
}
