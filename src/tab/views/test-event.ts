import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { eventTypesOf } from '../../editor/dialog-plugin.ts';
import type { EventType } from '../../engine/words/catalogue.ts';
import { listensTo } from '../../engine/words/event-type.ts';
import { path } from '../data/api.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { editedHandlers } from '../editor/flow-nodes.ts';
import { visible } from '../text/visible.ts';
import { problemOf } from './notices.ts';
import { banner, problemNote, registryOptions, wordButton } from './parts.ts';
import './test-outcome.ts';
import { define, View } from './view.ts';

/** Fires an event that one makes of a sample, and follows it through its chain. */
class TestEventView extends View {
  #registry = '';
  #eventType = '';
  #envelope = '';
  #problem = '';
  #firing = false;
  /** The event that was fired last, with its registry. */
  #fired: { readonly registry: string; readonly id: string } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const [registry = this.app.registries.readable[0]?.id ?? ''] = shownRegistries(this.app);
    if (this.#registry === '') this.#choose(registry);
  }

  override render(): TemplateResult {
    return html`<div class="nrp-details">
      ${banner('info', this.t('test.past'))}
      <div class="nrp-form">
        ${this.#registryField()}
        <label class="nrp-field"><span>${this.t('column.event')}</span>
          <select @change=${(event: Event) => this.#choose(this.#registry, valueIn(event))}>${this.#typeOptions()}</select>
        </label>
      </div>
      <label class="nrp-field nrp-envelope"><span>${this.t('test.envelope')}</span>
        <textarea
          rows="14"
          spellcheck="false"
          aria-invalid=${String(this.#problem !== '')}
          .value=${this.#envelope}
          @input=${(event: Event) => {
            this.#envelope = valueIn(event);
          }}
        ></textarea>
      </label>
      ${this.#problem ? problemNote(this.#problem) : nothing}
      <div class="nrp-actions">
        ${wordButton({ icon: 'fa-bolt', label: this.t('test.fire'), act: () => void this.#fire(), refused: this.app.refusal, primary: true })}
        ${wordButton({ icon: 'fa-undo', label: this.t('test.sample'), act: () => this.#takeSample() })}
        ${this.app.hasFlows ? wordButton({ icon: 'fa-expand', label: this.t('test.expand'), act: () => this.#expand() }) : nothing}
      </div>
    </div>
    ${this.#outcome()}`;
  }

  #outcome(): unknown {
    if (!this.#fired) return nothing;
    const { registry, id } = this.#fired;
    const outcome = html`<nrp-test-outcome .app=${this.app} .registry=${registry} .subject=${id}></nrp-test-outcome>`;
    return keyed(id, outcome);
  }

  #registryField(): TemplateResult | typeof nothing {
    const { readable } = this.app.registries;
    if (readable.length < 2) return nothing;
    return html`<label class="nrp-field"><span>${this.t('column.registry')}</span>
      <select @change=${(event: Event) => this.#choose(valueIn(event))}>${registryOptions(readable, this.#registry)}</select>
    </label>`;
  }

  #typeOptions(): readonly TemplateResult[] {
    const groups = Map.groupBy(this.#types, ({ group }) => group);
    return [...groups].map(
      ([group, types]) => html`<optgroup label=${visible(group)}>
        ${types.map(
          ({ id, title }) =>
            html`<option value=${id} ?selected=${id === this.#eventType}>${id} – ${visible(title)}</option>`,
        )}
      </optgroup>`,
    );
  }

  get #types(): readonly EventType[] {
    return eventTypesOf(this.#registry);
  }

  #choose(registry: string, eventType?: string): void {
    this.#registry = registry;
    this.#eventType = eventType ?? this.#firstHeard?.id ?? '';
    this.#takeSample();
  }

  /** The first type that a handler listens to; where there is none, the first. */
  get #firstHeard(): EventType | undefined {
    const listeners = editedHandlers().filter(({ registry }) => registry === this.#registry);
    const isHeard = ({ id }: EventType) =>
      listeners.some(({ events }) => events.some((pattern) => listensTo(pattern, id)));
    return this.#types.find(isHeard) ?? this.#types[0];
  }

  #takeSample(): void {
    const sample = this.#types.find(({ id }) => id === this.#eventType)?.sample;
    const { event, data } = sample ?? { event: { events_id: this.#eventType, object_id: 1 }, data: {} };
    this.#setEnvelope(JSON.stringify({ event: { ...event, dt: now() }, data }, null, 2));
  }

  #expand(): void {
    RED.editor.editJSON({ value: this.#envelope, complete: (value) => this.#setEnvelope(value) });
  }

  #setEnvelope(text: string): void {
    this.#envelope = text;
    this.#problem = '';
    this.requestUpdate();
  }

  async #fire(): Promise<void> {
    if (this.#firing) return;
    this.#firing = true;
    this.#problem = '';
    try {
      const envelope = JSON.parse(this.#envelope) as object;
      const registry = this.#registry;
      const route = path('registries', registry, 'events');
      const { id } = await this.app.api.send<{ id: string }>('POST', route, envelope);
      this.#fired = { registry, id };
      this.app.announcements.say(this.t('test.fireDone'));
    } catch (error) {
      this.#problem =
        error instanceof SyntaxError
          ? this.t('test.noJson', { problem: error.message })
          : problemOf(this.app, error);
    }
    this.#firing = false;
    this.requestUpdate();
  }
}

function valueIn({ target }: Event): string {
  return (target as HTMLSelectElement | HTMLTextAreaElement).value;
}

/** The moment, with offset, as an envelope has it. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, '+00:00');
}

define('nrp-test', TestEventView);
