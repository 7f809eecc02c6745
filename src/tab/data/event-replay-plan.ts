import { type EmittableStatus, emittableStatuses } from '../../engine/words/execution.ts';
import type { Model } from './model.ts';
import { StatusPlan } from './status-plan.ts';

/** A replay of the events that a search finds and that nobody took or listened to. */
export class EventReplayPlan extends StatusPlan<EmittableStatus> {
  override readonly offered: readonly EmittableStatus[];
  override readonly chosen: Set<EmittableStatus>;
  readonly #query: Readonly<Record<string, string>>;

  /** @param query what is searched for, as the API is asked */
  constructor(model: Model, query: Readonly<Record<string, string>>, registries: readonly string[]) {
    super(model, registries, ['events', 'replay']);
    this.#query = query;
    const asked = query['status']?.split(',');
    this.offered = emittableStatuses.filter((one) => asked?.includes(one) ?? true);
    this.chosen = new Set(this.offered);
  }

  protected override get parts() {
    return [emittableStatuses];
  }

  protected override filterFor(status: readonly EmittableStatus[]): object {
    return { ...this.#query, status };
  }
}
