import { path } from './api.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import type { ReplayLogRow } from './shapes.ts';
import { shownRegistries } from './shown-registries.ts';

const everyMs = 5000;
const whileRunningMs = 1000;

/** What is done with many, while it is on its way; asked for while they are shown. */
export class RunningReplays extends LiveSource<readonly ReplayLogRow[], Model> {
  /** Stops one. @throws ApiError */
  async cancel({ registry, id }: ReplayLogRow): Promise<void> {
    await this.model.api.send('POST', path('registries', registry, 'replays', String(id), 'cancel'));
    await this.read();
  }

  protected override async fetch(): Promise<readonly ReplayLogRow[]> {
    const lists = await Promise.all(shownRegistries(this.model).map((registry) => this.#of(registry)));
    return lists.flat();
  }

  protected override pause(): number {
    return this.answer?.length ? whileRunningMs : everyMs;
  }

  protected override follow() {
    return [this.model.navigation.observe(this.ask)];
  }

  async #of(registry: string): Promise<readonly ReplayLogRow[]> {
    const route = path('registries', registry, 'replays');
    const { items } = await this.model.api.get<{ items: readonly ReplayLogRow[] }>(route);
    return items
      .filter(({ status }) => status === 'running')
      .map((replay) => ({ ...replay, registry }))
      .reverse();
  }
}
