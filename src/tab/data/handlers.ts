import { onEditorEvents } from '../../editor/events.ts';
import { editedHandlers, flowChanges } from '../editor/flow-nodes.ts';
import { path } from './api.ts';
import { type Sequel, sequelOf } from './circuit-sequel.ts';
import { type DeployedHandler, type HandlerRow, handlerRows } from './handler-rows.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import type { ApiHandler, LogSummary, Page, Switch } from './shapes.ts';
import { SwitchOffers } from './switch-offers.ts';

/** Ms for which it is offered to undo a switch, and to deliver what was missed. */
const undoMs = 10_000;
const missedMs = 60_000;

/** Ms for which the admin API tells of a handler's calls as they were, and between readings until it is sure to know. */
const healthLag = 1000;

type OnSequel = (sequel: Sequel) => void;

/** A circuit that was closed here. */
interface ClosedCircuit {
  readonly tell: OnSequel;
  /** What was told last. */
  last: Sequel['status'] | undefined;
  /** When the handler may have been called last, as the feed tells (ms since the epoch). */
  called: number;
}

/** The handlers of all registries that are deployed. */
export class Handlers extends LiveSource<readonly DeployedHandler[], Model> {
  /** By handler. */
  readonly #closed = new Map<string, ClosedCircuit>();
  #unfollow: (() => void) | undefined;

  /** With those in the editor, as one table in chain order; empty until it is known what is deployed. */
  get rows(): readonly HandlerRow[] {
    return this.answer ? handlerRows(this.answer, editedHandlers()) : [];
  }

  /** What was switched by one click, and can be undone by one. */
  readonly offers = new SwitchOffers<Switch>(undoMs, () => this.changed());

  /** Since when handlers that were enabled by one click had been disabled (ISO 8601): they have missed what came. */
  readonly missed = new SwitchOffers<string>(missedMs, () => this.changed());

  /** Switches a handler at once, whatever its flow says. @throws ApiError */
  async switch(row: HandlerRow, status: Switch['status'], more: Partial<Switch> = {}): Promise<void> {
    await this.model.api.send('PATCH', routeOf(row), { ...more, status });
    await this.read();
  }

  /**
   * Closes a handler's circuit by hand.
   * @param tell what comes of it, as long as somebody watches @throws ApiError
   */
  async closeCircuit(row: HandlerRow, tell?: OnSequel): Promise<void> {
    await this.model.api.send('POST', `${routeOf(row)}/circuit`, { state: 'closed' });
    if (tell) this.#watchFor(row, tell);
    await this.read();
  }

  #watchFor({ id }: HandlerRow, tell: OnSequel): void {
    this.#closed.set(id, { tell, last: undefined, called: Date.now() });
    this.#unfollow ??= this.model.feed.follow({ rows: this.#hear, gap: this.ask });
  }

  readonly #hear = (rows: readonly LogSummary[]): void => {
    const closed = rows.flatMap(({ handler }) => this.#closed.get(handler.id) ?? []);
    for (const one of closed) one.called = Date.now();
    if (closed.length > 0) this.ask();
  };

  protected override pause(): number | undefined {
    const recently = Date.now() - 2 * healthLag;
    const awaited = ({ called, last }: ClosedCircuit) => last === 'untried' && called > recently;
    return [...this.#closed.values()].some(awaited) ? healthLag : undefined;
  }

  /** What has come of closing its circuit here; undefined where nobody did. */
  sequelFor({ id, deployed }: HandlerRow): Sequel | undefined {
    return deployed && this.#closed.has(id) ? sequelOf(deployed) : undefined;
  }

  protected override changed(): void {
    super.changed();
    for (const row of this.#closed.size > 0 ? this.rows : []) {
      const closed = this.#closed.get(row.id);
      const sequel = this.sequelFor(row);
      if (!closed || !sequel || sequel.status === closed.last) continue;
      closed.last = sequel.status;
      closed.tell(sequel);
    }
  }

  protected override end(): void {
    super.end();
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#closed.clear();
  }

  protected override async fetch(): Promise<readonly DeployedHandler[]> {
    const lists = await Promise.all(this.model.registries.readable.map(({ id }) => this.#handlersOf(id)));
    return lists.flat();
  }

  protected override follow() {
    const { registries, navigation } = this.model;
    return [
      registries.observe(this.ask),
      navigation.observe(() => this.changed()),
      onEditorEvents(flowChanges, () => this.changed()),
      onEditorEvents(['deploy'], () => void registries.read()),
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
}

/** Until it is deployed, a handler that has another registry in the editor is still in the one that it had. */
function routeOf({ deployed, registry, id }: HandlerRow): string {
  return path('registries', deployed?.registry ?? registry, 'handlers', id);
}
