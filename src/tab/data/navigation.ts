import {
  type EventFilter,
  everyEvent,
  everyExecution,
  everyHandler,
  type HandlerFilter,
  type LogFilter,
} from './filters.ts';
import type { Place } from './links.ts';
import { Observable } from './observable.ts';
import type { Preferences } from './preferences.ts';
import { RememberedFilter } from './remembered-filter.ts';
import { type ViewName, views } from './view-names.ts';

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

  /** What is shown now. */
  get place(): Place {
    return { view: this.view, registry: this.registry, filter: this.#searchOf(this.view)?.fields ?? {} };
  }

  /** Shows what a link leads to. */
  follow({ view, registry, filter }: Place): void {
    this.#preferences.set('view', view);
    this.#preferences.set('registry', registry);
    const search = this.#searchOf(view);
    if (search) search.only(filter);
    else this.changed();
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

  #searchOf(view: ViewName): RememberedFilter<Readonly<Record<string, string>>> | undefined {
    return { handlers: this.handlers, executions: this.log, events: this.events, overview: undefined }[view];
  }
}
