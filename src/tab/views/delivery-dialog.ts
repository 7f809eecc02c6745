import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { DeliveryPlan } from '../data/delivery-plan.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import { showTray } from '../editor/tray.ts';
import { nameOf } from '../text/visible.ts';
import { BulkDialog } from './bulk-dialog.ts';
import { define, lazy, View } from './view.ts';

/** Hours that are offered, and what stands for a moment that is known or chosen. */
const hours = [1, 24, 168];
const disabled = 'disabled';
const chosen = 'chosen';

/** Which handler has missed something, and since when (ISO 8601), where that is known. */
interface Misser {
  readonly registry: string;
  readonly handler: string;
  readonly name: string;
  readonly since: string | undefined;
}

/** Shows what a handler has missed, before it is delivered. @param since when it was disabled, ISO 8601 */
export function showDelivery(app: App, row: HandlerRow, since?: string): void {
  const view = document.createElement('nrp-delivery');
  const registry = row.deployed?.registry ?? row.registry;
  const misser: Misser = { registry, handler: row.id, name: nameOf(row), since };
  showTray(app, app.text('deliver.title'), Object.assign(view, { app, misser }));
}

/** Since when a handler is to have what it has missed, how much that is, how fast, and how far it has come. */
class DeliveryDialog extends BulkDialog<DeliveryPlan> {
  static override properties = { ...View.properties, misser: { attribute: false } };
  declare misser: Misser;
  #span = '';
  readonly #plan = lazy(() => {
    const { registry, handler, since } = this.misser;
    this.#span = since === undefined ? String(hours[0]) : disabled;
    return new DeliveryPlan(this.app, registry, handler, since ?? hoursAgo(Number(this.#span)));
  });

  protected override get plan(): DeliveryPlan {
    return this.#plan();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.plan.leave();
  }

  protected override get words() {
    const start = (count: string) => this.t('deliver.start', { count });
    return { icon: 'fa-share', start, none: this.t('deliver.none') };
  }

  protected override what(): TemplateResult {
    return html`<section class="nrp-what">
      <h4>${this.t('deliver.to')}</h4>
      <p class="nrp-wrap">${this.misser.name}</p>
    </section>`;
  }

  protected override choice(): TemplateResult {
    const { formats } = this.app;
    const { since } = this.misser;
    const option = (value: string, label: string) =>
      html`<option value=${value} ?selected=${value === this.#span}>${label}</option>`;
    const onSpan = ({ target }: Event) => this.#choose((target as HTMLSelectElement).value);
    const onTime = ({ target }: Event) => this.#since((target as HTMLInputElement).value);
    return html`<label class="nrp-field"><span>${this.t('deliver.since')}</span>
        <select @change=${onSpan}>
          ${since === undefined ? nothing : option(disabled, this.t('deliver.disabledAt', { time: formats.absolute(since) }))}
          ${hours.map((count) => option(String(count), this.t(`deliver.hours.${count}`)))}
          ${option(chosen, this.t('deliver.chosen'))}
        </select>
      </label>
      ${
        this.#span === chosen
          ? html`<label class="nrp-field"><span>${this.t('deliver.moment')}</span>
            <input type="datetime-local" @change=${onTime} /></label>`
          : nothing
      }
      <p class="nrp-muted">${this.t('deliver.how')}</p>`;
  }

  protected override choiceAfter(): TemplateResult {
    return this.choice();
  }

  protected override get idle(): string | undefined {
    return this.plan.found.of === 0 && this.plan.counted ? this.t('deliver.noEvents') : undefined;
  }

  protected override counting(): TemplateResult {
    const { looked, of } = this.plan.found;
    if (of === 0) return super.counting();
    const { formats } = this.app;
    const words = this.t('deliver.counting', { looked: formats.count(looked), of: formats.count(of) });
    return html`<p role="status">${words}</p>
      <progress max=${of} value=${looked} aria-label=${words}></progress>`;
  }

  protected override question(count: string): TemplateResult {
    const { of, unjudged, stopped, prunedBefore } = this.plan.found;
    const { formats } = this.app;
    return html`<p>${this.t('deliver.ask', { count, of: formats.count(of) })}</p>
      ${unjudged > 0 ? html`<p>${this.t('deliver.unjudged', { count: formats.count(unjudged) })}</p>` : nothing}
      ${stopped > 0 ? html`<p>${this.t('deliver.stopped', { count: formats.count(stopped) })}</p>` : nothing}
      ${prunedBefore === null ? nothing : html`<p>${this.t('deliver.pruned', { time: formats.absolute(prunedBefore) })}</p>`}`;
  }

  protected override begun(): string {
    return this.t('deliver.started', { count: this.app.formats.count(this.plan.matched ?? 0) });
  }

  #choose(span: string): void {
    this.#span = span;
    this.requestUpdate();
    const since =
      span === disabled ? this.misser.since : span === chosen ? undefined : hoursAgo(Number(span));
    if (since !== undefined) void this.plan.ask(since);
  }

  #since(text: string): void {
    const at = Date.parse(text);
    if (!Number.isNaN(at)) void this.plan.ask(new Date(at).toISOString());
  }
}

function hoursAgo(count: number): string {
  return new Date(Date.now() - count * 3_600_000).toISOString();
}

define('nrp-delivery', DeliveryDialog);
