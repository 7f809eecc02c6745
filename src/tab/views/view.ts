import { LitElement, type ReactiveController } from 'lit';
import type { App } from '../app.ts';
import type { Observable } from '../data/observable.ts';
import { Pace } from '../data/pace.ts';
import type { Command } from './keys.ts';

/** A part of the tab: rendered in the light DOM, where the editor's own classes and shortcuts reach. */
export abstract class View extends LitElement {
  static override properties = { app: { attribute: false } };
  declare app: App;

  protected override createRenderRoot(): this {
    return this;
  }

  /** Does what a key of the tab stands for; a view that has nothing to do for it does nothing. */
  obey(_command: Command): void {}

  protected t(key: string, values?: Readonly<Record<string, unknown>>): string {
    return this.app.text(key, values);
  }
}

const betweenRendersMs = 200;

/**
 * Renders a view anew when what it shows changes, at once or at the pace of live changes: five times a second. It
 * watches while the view can be seen: not while it is taken out, or while the browser shows another page.
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
    document.addEventListener('visibilitychange', this.#watch);
    this.#watch();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#watch);
    this.#end();
  }

  readonly #watch = (): void => {
    this.#end();
    if (document.hidden) return;
    this.#ends = this.#sources().map((source) => source.observe(() => this.#pace.ask()));
  };

  #end(): void {
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
