import { LitElement, type ReactiveController } from 'lit';
import type { App } from '../app.ts';
import { LiveSource } from '../data/live-source.ts';
import type { Observable } from '../data/observable.ts';
import { Pace } from '../data/pace.ts';

/** A part of the tab: rendered in the light DOM, where the editor's own classes and shortcuts reach. */
export abstract class View extends LitElement {
  static override properties = { app: { attribute: false } };
  declare app: App;

  protected override createRenderRoot(): this {
    return this;
  }

  protected t(key: string, values?: Readonly<Record<string, unknown>>): string {
    return this.app.text(key, values);
  }
}

const betweenRendersMs = 200;

/**
 * Renders a view anew when what it shows changes, at once or at the pace of live changes: five times a second. Live
 * sources run while the view is shown.
 */
export class Watch implements ReactiveController {
  readonly #sources: () => readonly Pick<Observable, 'observe'>[];
  readonly #pace: Pace;
  #ends: (() => void)[] = [];

  constructor(
    host: LitElement,
    sources: () => readonly Pick<Observable, 'observe'>[],
    pace: 'at once' | 'live' = 'live',
  ) {
    this.#sources = sources;
    this.#pace = new Pace(() => host.requestUpdate(), pace === 'live' ? betweenRendersMs : 0);
    host.addController(this);
  }

  hostConnected(): void {
    const sources = this.#sources();
    const live = sources.filter((source) => source instanceof LiveSource);
    this.#ends = sources.map((source) => source.observe(() => this.#pace.ask()));
    this.#ends.push(...live.map((source) => () => source.stop()));
    for (const source of live) source.start();
  }

  hostDisconnected(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#pace.stop();
  }
}

/** Made when it is first asked for: a view has its app only when it is shown. */
export function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Registers an element once, however often the app is loaded. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
