import {
  type EventFilter,
  everyEvent,
  everyExecution,
  everyHandler,
  type HandlerFilter,
  type LogFilter,
  rememberedFilter,
} from './filters.ts';
import { Observable } from './observable.ts';
import type { Preferences } from './preferences.ts';

export const views = ['handlers', 'executions', 'events', 'overview'] as const;
export type ViewName = (typeof views)[number];

/** Which view is shown, of which registry, and what is searched for; remembered for the user. */
export class Navigation extends Observable {
  readonly #preferences: Preferences;
  #view: ViewName;
  #registry: string;
  #log: LogFilter;
  #events: EventFilter;
  #handlers: HandlerFilter;
  /** Counts how often everything is to be fetched anew. */
  generation = 0;

  constructor(preferences: Preferences) {
    super();
    this.#preferences = preferences;
    const view = preferences.get('view');
    const registry = preferences.get('registry');
    this.#view = views.find((name) => name === view) ?? 'handlers';
    this.#registry = typeof registry === 'string' ? registry : '';
    this.#log = rememberedFilter(everyExecution, preferences.get('log'));
    this.#events = rememberedFilter(everyEvent, preferences.get('events'));
    this.#handlers = rememberedFilter(everyHandler, preferences.get('handlers'));
  }

  get view(): ViewName {
    return this.#view;
  }

  /** The only registry shown; '' for all. */
  get registry(): string {
    return this.#registry;
  }

  get log(): LogFilter {
    return this.#log;
  }

  get events(): EventFilter {
    return this.#events;
  }

  get handlers(): HandlerFilter {
    return this.#handlers;
  }

  show(view: ViewName): void {
    this.#view = view;
    this.#remember('view', view);
  }

  chooseRegistry(registry: string): void {
    this.#registry = registry;
    this.#remember('registry', registry);
  }

  searchHandlers(filter: HandlerFilter): void {
    this.#handlers = filter;
    this.#remember('handlers', filter);
  }

  searchEvents(filter: EventFilter): void {
    this.#events = filter;
    this.#remember('events', filter);
  }

  searchLog(filter: LogFilter): void {
    this.#log = filter;
    this.#remember('log', filter);
  }

  /** Shows the executions that a link elsewhere stands for. */
  showExecutions(filter: Partial<LogFilter>): void {
    this.#log = { ...everyExecution, ...filter };
    this.#preferences.set('log', this.#log);
    this.show('executions');
  }

  showEvents(filter: Partial<EventFilter>): void {
    this.#events = { ...everyEvent, ...filter };
    this.#preferences.set('events', this.#events);
    this.show('events');
  }

  /** Everything shown is out of date. */
  renew(): void {
    this.generation += 1;
    this.changed();
  }

  /** Time has passed. */
  tick(): void {
    this.changed();
  }

  #remember(name: string, value: unknown): void {
    this.#preferences.set(name, value);
    this.changed();
  }
}
