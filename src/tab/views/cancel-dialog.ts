import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { CancelPlan } from '../data/cancel-plan.ts';
import { showTray } from '../editor/tray.ts';
import { BulkDialog } from './bulk-dialog.ts';
import { filterWords } from './filter-words.ts';
import { wordButton } from './parts.ts';
import type { Found } from './replay-dialog.ts';
import { define, lazy, View } from './view.ts';

/** Shows how much waits of what a search finds, before all of it is cancelled. */
export function showCancel(app: App, found: Found): void {
  const view = document.createElement('nrp-cancel');
  showTray(app, app.text('cancel.title'), Object.assign(view, { app, found }));
}

/** Cancels what waits, and shows how far it has come. */
class CancelDialog extends BulkDialog<CancelPlan> {
  static override properties = { ...View.properties, found: { attribute: false } };
  declare found: Found;
  protected override readonly hasRate = false;
  readonly #plan = lazy(() => new CancelPlan(this.app, this.found.query, this.found.registries));

  protected override get plan(): CancelPlan {
    return this.#plan();
  }

  /** It is done from here, part by part. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.plan.stop();
  }

  protected override get words() {
    const start = (count: string) => this.t('cancel.start', { count });
    return { icon: 'fa-ban', start, none: this.t('cancel.none') };
  }

  protected override what(): TemplateResult {
    return filterWords(this.app, this.found.conditions);
  }

  protected override question(count: string): TemplateResult {
    return html`<p>${this.t('cancel.ask', { count })}</p>`;
  }

  protected override begun(): string {
    const { state, matched = 0, cancelled } = this.plan;
    const { formats } = this.app;
    return this.t(`cancel.${state}`, { done: formats.count(cancelled), all: formats.count(matched) });
  }

  protected override progress(): TemplateResult {
    const { state, matched = 0, cancelled } = this.plan;
    const words = this.begun();
    const stop = () => this.plan.stop();
    return html`<p role="status">${words}</p>
      ${
        state === 'running'
          ? html`<progress max=${Math.max(matched, 1)} value=${cancelled} aria-label=${words}></progress>
            <div class="nrp-actions">${wordButton({ icon: 'fa-stop', label: this.t('replay.stop'), act: stop })}</div>`
          : nothing
      }`;
  }

  protected override async over(): Promise<void> {
    await this.app.registries.read();
  }
}

define('nrp-cancel', CancelDialog);
