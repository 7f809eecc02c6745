import { onEditorEvents } from '../../editor/events.ts';
import { editedHandlers, flowChanges } from '../editor/flow-nodes.ts';
import { path } from './api.ts';
import { type DeployedHandler, type HandlerRow, handlerRows } from './handler-rows.ts';
import { LiveSource } from './live-source.ts';
import { Pace } from './pace.ts';
import type { ApiHandler, Override, Page } from './shapes.ts';

/** The handlers of all registries, deployed and edited, as one table in chain order. */
export class Handlers extends LiveSource {
  rows: readonly HandlerRow[] = [];
  status: 'loading' | 'ready' | 'failed' = 'loading';
  problem: unknown;
  readonly #merging = new Pace(() => this.#merge(), 200);
  #deployed: readonly DeployedHandler[] = [];

  override async read(): Promise<void> {
    // Before the registries are known, every handler would seem to be missing.
    if (this.model.registries.state !== 'ready') return;
    try {
      const lists = await Promise.all(this.model.registries.readable.map(({ id }) => this.#handlersOf(id)));
      this.#deployed = lists.flat();
      this.status = 'ready';
    } catch (error) {
      this.problem = error;
      if (this.status === 'loading') this.status = 'failed';
    }
    this.#merge();
  }

  /** Switches a handler at once, whatever its flow says. @throws ApiError */
  async switch({ registry, id }: HandlerRow, status: Override['status'], reason?: string): Promise<void> {
    const route = path('registries', registry, 'handlers', id);
    await this.model.api.send('PATCH', route, { status, ...(reason && { reason }) });
    await this.read();
  }

  /** Closes a handler's circuit by hand. @throws ApiError */
  async closeCircuit({ registry, id }: HandlerRow): Promise<void> {
    const route = path('registries', registry, 'handlers', id, 'circuit');
    await this.model.api.send('POST', route, { state: 'closed' });
    await this.read();
  }

  protected override follow() {
    const { registries, navigation } = this.model;
    void this.read();
    return [
      registries.observe(() => void this.read()),
      navigation.observe(() => this.changed()),
      onEditorEvents(flowChanges, () => this.#merging.ask()),
      onEditorEvents(['deploy'], () => void registries.refresh()),
      () => this.#merging.stop(),
    ];
  }

  async #handlersOf(registry: string): Promise<readonly DeployedHandler[]> {
    const route = path('registries', registry, 'handlers');
    const pages = await Promise.all([
      this.model.api.get<Page<ApiHandler>>(route),
      // Archived ones are to be asked for.
      this.model.api.get<Page<ApiHandler>>(route, { status: 'archived' }),
    ]);
    return pages.flatMap(({ items }) => items.map((handler) => ({ ...handler, registry })));
  }

  #merge(): void {
    this.rows = handlerRows(this.#deployed, editedHandlers());
    this.changed();
  }
}
