import {
  type EventFilter,
  everyEvent,
  everyExecution,
  everyHandler,
  type HandlerFilter,
  type LogFilter,
} from './filters.ts';
import { Observable } from './observable.ts';
import type { Preferences } from './preferences.ts';
import { RememberedFilter } from './remembered-filter.ts';

export const views = ['handlers', 'executions', 'events', 'overview'] as const;
export type ViewName = (typeof views)[number];

/** Which view is shown, of which registry, and what is searched for; remembered for the user. */
export class Navigation extends Observable {
  readonly log: RememberedFilter<LogFilter>;
  readonly events: RememberedFilter<EventFilter>;
  readonly handlers: RememberedFilter<HandlerFilter>;
  readonly #preferences: Preferences;
  #view: ViewName;
  #registry: string;
  /** Counts how often everything is to be fetched anew. */
  generation = 0;

  constructor(preferences: Preferences) {
    super();
    this.#preferences = preferences;
    const view = preferences.get('view');
    const registry = preferences.get('registry');
    this.#view = views.find((name) => name === view) ?? 'handlers';
    this.#registry = typeof registry === 'string' ? registry : '';
    this.log = new RememberedFilter(preferences, 'log', everyExecution);
    this.events = new RememberedFilter(preferences, 'events', everyEvent);
    this.handlers = new RememberedFilter(preferences, 'handlers', everyHandler);
    for (const filter of [this.log, this.events, this.handlers]) filter.observe(() => this.changed());
  }

  get view(): ViewName {
    return this.#view;
  }

  /** The only registry shown; '' for all. */
  get registry(): string {
    return this.#registry;
  }

  show(view: ViewName): void {
    this.#turnTo(view);
    this.changed();
  }

  chooseRegistry(registry: string): void {
    this.#registry = registry;
    this.#preferences.set('registry', registry);
    this.changed();
  }

  /** Shows the executions that a link elsewhere stands for. */
  showExecutions(filter: Partial<LogFilter>): void {
    this.#turnTo('executions');
    this.log.only(filter);
  }

  showEvents(filter: Partial<EventFilter>): void {
    this.#turnTo('events');
    this.events.only(filter);
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

  #turnTo(view: ViewName): void {
    this.#view = view;
    this.#preferences.set('view', view);
  }
}
