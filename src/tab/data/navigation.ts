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

/** Which view is shown, of which registry, and what is searched for; remembered in the browser. */
export class Navigation extends Observable {
  readonly log: RememberedFilter<LogFilter>;
  readonly events: RememberedFilter<EventFilter>;
  readonly handlers: RememberedFilter<HandlerFilter>;
  readonly #preferences: Preferences;

  constructor(preferences: Preferences) {
    super();
    this.#preferences = preferences;
    this.log = new RememberedFilter(preferences, 'log', everyExecution);
    this.events = new RememberedFilter(preferences, 'events', everyEvent);
    this.handlers = new RememberedFilter(preferences, 'handlers', everyHandler);
    for (const filter of [this.log, this.events, this.handlers]) filter.observe(() => this.changed());
  }

  get view(): ViewName {
    const view = this.#preferences.get('view');
    return views.find((name) => name === view) ?? 'handlers';
  }

  /** The only registry shown; '' for all. */
  get registry(): string {
    const registry = this.#preferences.get('registry');
    return typeof registry === 'string' ? registry : '';
  }

  show(view: ViewName): void {
    this.#preferences.set('view', view);
    this.changed();
  }

  chooseRegistry(registry: string): void {
    this.#preferences.set('registry', registry);
    this.changed();
  }

  /** Shows the executions that a link elsewhere stands for. */
  showExecutions(filter: Partial<LogFilter>): void {
    this.#preferences.set('view', 'executions');
    this.log.only(filter);
  }

  showEvents(filter: Partial<EventFilter>): void {
    this.#preferences.set('view', 'events');
    this.events.only(filter);
  }
}
