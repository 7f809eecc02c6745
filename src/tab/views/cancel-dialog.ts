import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { CancelPlan } from '../data/cancel-plan.ts';
import { showTray } from '../editor/tray.ts';
import { filterWords } from './filter-words.ts';
import { problemOf } from './notices.ts';
import { problemNote, wordButton } from './parts.ts';
import type { Found } from './replay-dialog.ts';
import { define, lazy, View, Watch } from './view.ts';

/** Shows how much waits of what a search finds, before all of it is cancelled. */
export function showCancel(app: App, found: Found): void {
  const view = document.createElement('nrp-cancel');
  showTray(app, app.text('cancel.title'), Object.assign(view, { app, found }));
}

/** Cancels what waits, and shows how far it has come. */
class CancelDialog extends View {
  static override properties = { ...View.properties, found: { attribute: false } };
  declare found: Found;
  readonly #plan = lazy(() => new CancelPlan(this.app, this.found.query, this.found.registries));

  constructor() {
    super();
    new Watch(this, () => [this.#plan()], 'at once');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#plan().count();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#plan().stop();
  }

  override render(): TemplateResult {
    const { problem, state } = this.#plan();
    return html`<div class="nrp-details nrp-bulk">
      ${filterWords(this.app, this.found.conditions)}
      ${problem === undefined ? nothing : problemNote(problemOf(this.app, problem))}
      ${state === 'asking' ? (problem === undefined ? this.#question() : nothing) : this.#progress()}
    </div>`;
  }

  #question(): TemplateResult {
    const { matched } = this.#plan();
    if (matched === undefined) return html`<p role="status">${this.t('replay.counting')}</p>`;
    if (matched === 0) return html`<p role="status">${this.t('cancel.none')}</p>`;
    const count = this.app.formats.count(matched);
    const act = () => void this.#run();
    return html`<p>${this.t('cancel.ask', { count })}</p>
      <div class="nrp-actions">
        ${wordButton({ icon: 'fa-ban', label: this.t('cancel.start', { count }), act, refused: this.app.refusal, primary: true })}
      </div>`;
  }

  #progress(): TemplateResult {
    const { state, matched = 0, cancelled } = this.#plan();
    const { formats } = this.app;
    const counts = { done: formats.count(cancelled), all: formats.count(matched) };
    const words = this.t(`cancel.${state}`, counts);
    const stop = () => this.#plan().stop();
    return html`<p role="status">${words}</p>
      ${
        state === 'running'
          ? html`<progress max=${Math.max(matched, 1)} value=${cancelled} aria-label=${words}></progress>
            <div class="nrp-actions">${wordButton({ icon: 'fa-stop', label: this.t('replay.stop'), act: stop })}</div>`
          : nothing
      }`;
  }

  async #run(): Promise<void> {
    await this.#plan().run();
    await this.app.registries.read();
  }
}

define('nrp-cancel', CancelDialog);
