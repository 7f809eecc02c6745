import type { HandlerBook } from '../store/handler-book.ts';
import type { Link } from '../store/journal/chain.ts';
import type { Target } from '../targets/target.ts';
import { unavailableTarget } from '../targets/unavailable.ts';
import type { Override, RegistryHold } from '../words/admin-answers.ts';
import { Conflict, messageOf, NotFound, Unavailable } from '../words/errors.ts';
import { listensTo } from '../words/event-type.ts';
import type { Handler, HandlerSnapshot, ListedHandler, RefusedHandler } from '../words/handler.ts';
import { type HandlerStatus, inChainOrder } from '../words/handler-settings.ts';
import type { Condition } from './conditions.ts';
import type { Switches, Switching } from './switches.ts';

/** A handler in force: its configuration, its number for people, an operator's switch, and whom it calls. */
export interface RegisteredHandler {
  readonly config: ListedHandler;
  /** Why it can not be called although it is deployed; null when it can be. */
  readonly refused: string | null;
  readonly number: number;
  readonly override: Override | null;
  /** What the override or else the flow says. */
  readonly status: HandlerStatus;
  readonly target: Target;
  /** Its place in a chain. */
  readonly link: Link;
  /** What events it is called for; null: for all that it listens to. */
  readonly condition: Condition | null;
}

/** The handlers that listen to an event type. */
export interface Listeners {
  /** Those whose turn it will be, in chain order: enabled, or held; also who can not be called yet. */
  readonly callable: readonly RegisteredHandler[];
  /** Ids of the disabled ones, which the event passes by. */
  readonly missed: readonly string[];
  /** One of them has a condition. */
  readonly conditional: boolean;
}

/** Which handlers there are, in which order they are called, and what operators have switched. */
export class Registry {
  readonly #book: HandlerBook;
  readonly #switches: Switches;
  readonly #makeTarget: (handler: Handler) => Target;
  readonly #conditionOf: (text: string) => Condition | null;
  /** By their texts, as long as the set is in force. */
  readonly #conditions = new Map<string, Condition | null>();
  #handlers: ReadonlyMap<string, RegisteredHandler> = new Map();
  #chains = new Map<string, Listeners>();

  constructor(
    book: HandlerBook,
    switches: Switches,
    makeTarget: (handler: Handler) => Target,
    conditionOf: (text: string) => Condition | null = () => null,
  ) {
    this.#book = book;
    this.#switches = switches;
    this.#makeTarget = makeTarget;
    this.#conditionOf = conditionOf;
  }

  /** All handlers, archived ones too, in chain order. */
  list(): readonly RegisteredHandler[] {
    return [...this.#handlers.values()];
  }

  /** Ids of the handlers that belong to chains. */
  callable(): readonly string[] {
    return this.list()
      .filter(isCallable)
      .map(({ config }) => config.id);
  }

  /** Whether it is held as a whole: none of its handlers is called. */
  get held(): boolean {
    return this.#switches.held;
  }

  /** Who holds it as a whole; null: nobody does. */
  get hold(): RegistryHold | null {
    return this.#switches.hold;
  }

  find(id: string): RegisteredHandler | undefined {
    return this.#handlers.get(id);
  }

  /** Who listens to an event type (rule 2). */
  listenersOf(eventType: string): Listeners {
    const known = this.#chains.get(eventType);
    if (known) return known;
    const all = this.list().filter(({ config }) =>
      config.events.some((pattern) => listensTo(pattern, eventType)),
    );
    const callable = all.filter(isCallable);
    const disabled = all.filter(({ status }) => status === 'disabled');
    const listeners = {
      callable,
      missed: disabled.map(({ config }) => config.id),
      conditional: [...callable, ...disabled].some(({ condition }) => condition !== null),
    };
    // Event types come from outside: what is remembered of them is bounded.
    if (this.#chains.size >= 1000) this.#chains.clear();
    this.#chains.set(eventType, listeners);
    return listeners;
  }

  /**
   * Puts a whole set of handlers in force (rule 10). Targets of unchanged handlers are kept with their connections.
   * @throws when what has changed can not be saved; the set is in force all the same
   */
  async replace(configs: readonly (Handler | RefusedHandler)[]): Promise<void> {
    // Numbers go by the order of the first deploy, not of the chain.
    await this.#book.number(configs.map(({ id }) => id));
    this.#switches.endThoseOver();
    for (const { id, handlerStatus } of configs) {
      if (this.#switches.of(id)?.status === handlerStatus) this.#switches.clear(id);
    }
    const before = this.#handlers;
    this.#conditions.clear();
    this.#set(
      [...configs].sort(inChainOrder).map((config) => {
        const kept = before.get(config.id);
        const same = kept && JSON.stringify(kept.config) === JSON.stringify(config);
        return this.#registered(config, same ? kept.target : this.#targetOf(config));
      }),
    );
    for (const [id, { target }] of before) {
      if (this.#handlers.get(id)?.target !== target) void target.close();
    }
    this.#switches.await();
    await this.#book.save();
  }

  /**
   * An operator's switch, in force at once; equal to the configured status it removes the override.
   * @throws NotFound; Conflict for an archived handler, or an end of what has none; InvalidInput for an end that has
   * passed; or when it can not be saved: it is in force all the same
   */
  async switch(id: string, status: Override['status'], switching: Switching): Promise<void> {
    const handler = this.#handlers.get(id);
    if (!handler) throw new NotFound(`there is no handler ${id} in the deployed flow`);
    if (handler.config.handlerStatus === 'archived') {
      throw new Conflict(
        `handler "${handler.config.name}" is archived: change its status in its dialog and deploy`,
      );
    }
    if (status !== handler.config.handlerStatus) this.#switches.set(id, status, switching);
    else if (switching.until === null) this.#switches.clear(id);
    else {
      const standing = `"${handler.config.name}" is ${status} by its configuration`;
      throw new Conflict(`until: ${standing}, which nothing ends but a deploy: leave it out`);
    }
    this.#judge();
    await this.#save();
  }

  /**
   * Holds the registry as a whole, in force at once, whatever its handlers' own statuses.
   * @throws InvalidInput for an end that has passed; or when it can not be saved: it is in force all the same
   */
  async holdAll(switching: Switching): Promise<void> {
    this.#switches.holdRegistry(switching);
    await this.#save();
  }

  /** Ends that. @throws when it can not be saved: it is in force all the same */
  async releaseAll(): Promise<void> {
    this.#switches.releaseRegistry();
    await this.#save();
  }

  /**
   * Ends the switches whose time is over.
   * @returns the handlers that this may have changed something for
   * @throws when it can not be saved: it is in force all the same
   */
  endSwitches(): { readonly ended: readonly string[]; readonly saved: Promise<void> } {
    const { handlers, registry } = this.#switches.endThoseOver();
    this.#judge();
    return { ended: registry ? [...this.#handlers.keys()] : handlers, saved: this.#save() };
  }

  /** Something may have been switched elsewhere. @returns all handlers */
  judgeAnew(): readonly string[] {
    this.#switches.await();
    this.#judge();
    return [...this.#handlers.keys()];
  }

  async close(): Promise<void> {
    this.#switches.close();
    await Promise.all(this.list().map(({ target }) => target.close()));
  }

  /** The status of each, by what is switched now. */
  #judge(): void {
    this.#set(this.list().map(({ config, target }) => this.#registered(config, target)));
  }

  async #save(): Promise<void> {
    await this.#book.save().catch((error) => {
      throw new Unavailable(`the switch is in force, but could not be saved: ${messageOf(error)}`);
    });
  }

  #set(handlers: readonly RegisteredHandler[]): void {
    this.#handlers = new Map(handlers.map((handler) => [handler.config.id, handler]));
    this.#chains = new Map();
  }

  #targetOf(config: Handler | RefusedHandler): Target {
    if (!('problem' in config)) return this.#makeTarget(config);
    return unavailableTarget(`${config.handlerType}: not known while the handler is refused`, config.problem);
  }

  #registered(config: ListedHandler | RefusedHandler, target: Target): RegisteredHandler {
    const override = config.handlerStatus === 'archived' ? null : this.#switches.of(config.id);
    const status = override?.status ?? config.handlerStatus;
    const refused = 'problem' in config ? config.problem : null;
    const number = this.#book.numberOf(config.id);
    return {
      config,
      refused,
      number,
      override,
      status,
      target,
      link: {
        handler: snapshotOf({ config, number }),
        stop: config.onFailure === 'stop',
        target: target.description,
      },
      condition: this.#condition(config.condition),
    };
  }

  #condition(text: string): Condition | null {
    const known = this.#conditions.get(text);
    if (known !== undefined) return known;
    const condition = this.#conditionOf(text);
    this.#conditions.set(text, condition);
    return condition;
  }
}

function isCallable({ status }: RegisteredHandler): boolean {
  return status === 'enabled' || status === 'held';
}

export function snapshotOf({
  config,
  number,
}: Pick<RegisteredHandler, 'config' | 'number'>): HandlerSnapshot {
  return { id: config.id, number, name: config.name, type: config.handlerType, priority: config.priority };
}
