import type { App } from '../app.ts';
import { editedHandlers, onFlowsChanged } from '../editor/flow-nodes.ts';
import { type DeployedHandler, type HandlerRow, handlerRows } from '../editor/handler-rows.ts';
import { path } from './api.ts';
import { Observable } from './observable.ts';
import { Pace } from './pace.ts';
import type { ApiHandler, Page } from './shapes.ts';

/** The handlers of all registries, deployed and edited, as one table in chain order. */
export class Handlers extends Observable {
  rows: readonly HandlerRow[] = [];
  status: 'loading' | 'ready' | 'failed' = 'loading';
  problem: unknown;
  readonly #app: App;
  readonly #merging = new Pace(() => this.#merge(), 200);
  #deployed: readonly DeployedHandler[] = [];
  #ends: (() => void)[] = [];

  constructor(app: App) {
    super();
    this.#app = app;
  }

  start(): void {
    const { registries, navigation } = this.#app;
    this.#ends = [
      registries.observe(() => void this.read()),
      navigation.observe(() => this.changed()),
      onFlowsChanged(() => this.#merging.ask()),
      onDeployed(() => void registries.refresh()),
    ];
    void this.read();
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#merging.stop();
  }

  async read(): Promise<void> {
    // Before the registries are known, every handler would seem to be missing.
    if (this.#app.registries.state !== 'ready') return;
    try {
      const lists = await Promise.all(this.#app.registries.readable.map(({ id }) => this.#handlersOf(id)));
      this.#deployed = lists.flat();
      this.status = 'ready';
    } catch (error) {
      this.problem = error;
      if (this.status === 'loading') this.status = 'failed';
    }
    this.#merge();
  }

  /** Switches a handler at once, whatever its flow says. @throws ApiError */
  async switch(
    row: HandlerRow,
    status: Exclude<HandlerRow['status'], 'archived'>,
    reason?: string,
  ): Promise<void> {
    const route = path('registries', row.registry, 'handlers', row.id);
    await this.#app.api.send('PATCH', route, { status, ...(reason && { reason }) });
    await this.read();
  }

  /** Closes a handler's circuit by hand. @throws ApiError */
  async closeCircuit({ registry, id }: HandlerRow): Promise<void> {
    await this.#app.api.send('POST', path('registries', registry, 'handlers', id, 'circuit'), {
      state: 'closed',
    });
    await this.read();
  }

  async #handlersOf(registry: string): Promise<readonly DeployedHandler[]> {
    const route = path('registries', registry, 'handlers');
    const pages = await Promise.all([
      this.#app.api.get<Page<ApiHandler>>(route),
      // Archived ones are to be asked for.
      this.#app.api.get<Page<ApiHandler>>(route, { status: 'archived' }),
    ]);
    return pages.flatMap(({ items }) => items.map((handler) => ({ ...handler, registry })));
  }

  #merge(): void {
    this.rows = handlerRows(this.#deployed, editedHandlers());
    this.changed();
  }
}

function onDeployed(callback: () => void): () => void {
  RED.events.on('deploy', callback);
  return () => RED.events.off('deploy', callback);
}
