import { ApiError, path } from './api.ts';
import { LiveSource } from './live-source.ts';
import type { ReplayLogRow } from './shapes.ts';
import { shownRegistries } from './shown-registries.ts';

const everyMs = 5000;
const whileRunningMs = 1000;

/** Replays of all that a search found, while they are on their way; asked for while they are shown. */
export class RunningReplays extends LiveSource {
  items: readonly ReplayLogRow[] = [];

  override async read(): Promise<void> {
    const lists = await Promise.all(shownRegistries(this.model).map((registry) => this.#of(registry)));
    this.items = lists.flat();
    this.changed();
    this.askIn(this.items.length > 0 ? whileRunningMs : everyMs);
  }

  /** Stops one. @throws ApiError */
  async cancel({ registry, id }: ReplayLogRow): Promise<void> {
    await this.model.api.send('POST', path('registries', registry, 'replays', String(id), 'cancel'));
    await this.read();
  }

  protected override follow() {
    this.ask();
    return [];
  }

  /** The log itself says what is wrong when it can't be read. */
  async #of(registry: string): Promise<readonly ReplayLogRow[]> {
    try {
      const route = path('registries', registry, 'replays');
      const { items } = await this.model.api.get<{ items: readonly ReplayLogRow[] }>(route);
      return items
        .filter(({ status }) => status === 'running')
        .map((replay) => ({ ...replay, registry }))
        .reverse();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [];
    }
  }
}
