import { html, nothing, type TemplateResult } from 'lit';
import type { ReplayableStatus } from '../../engine/words/execution.ts';
import type { App } from '../app.ts';
import { ReplayPlan } from '../data/replay-plan.ts';
import { RunningReplays } from '../data/running-replays.ts';
import { showTray } from '../editor/tray.ts';
import { filterWords } from './filter-words.ts';
import { problemOf } from './notices.ts';
import { problemNote, wordButton } from './parts.ts';
import { rateField } from './rate-field.ts';
import './replay-progress.ts';
import { define, lazy, View, Watch } from './view.ts';

/** What a search has found, to be replayed. */
export interface Found {
  /** As the API is asked. */
  readonly query: Readonly<Record<string, string>>;
  /** Its conditions, in words. */
  readonly conditions: readonly string[];
  readonly registries: readonly string[];
}

/** Shows what a replay of all that a search finds would do, before it does. */
export function showReplay(app: App, found: Found): void {
  const view = document.createElement('nrp-replay');
  showTray(app, app.text('replay.title'), Object.assign(view, { app, found }));
}

/** Which executions are to run again, how fast, and how far they have come. */
class ReplayDialog extends View {
  static override properties = { ...View.properties, found: { attribute: false } };
  declare found: Found;
  readonly #plan = lazy(() => new ReplayPlan(this.app, this.found.query, this.found.registries));
  readonly #running = lazy(() => new RunningReplays(this.app));
  #rate = 0;
  #started: number | undefined;
  #problem = '';

  constructor() {
    super();
    new Watch(this, () => [this.#plan()], 'at once');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#plan().count();
  }

  override render(): TemplateResult {
    return html`<div class="nrp-details nrp-bulk">
      ${filterWords(this.app, this.found.conditions)}
      ${this.#started === undefined ? this.#choice() : this.#progress(this.#started)}
    </div>`;
  }

  #choice(): TemplateResult {
    const { app } = this;
    const { offered, problem } = this.#plan();
    if (problem !== undefined) return problemNote(problemOf(app, problem));
    if (offered.length === 0) return html`<p class="nrp-muted">${this.t('replay.unsettled')}</p>`;
    return html`<fieldset class="nrp-choice">
        <legend>${this.t('replay.which')}</legend>
        ${offered.map((status) => this.#option(status))}
      </fieldset>
      <p class="nrp-muted">${this.t('replay.leftOut')}</p>
      ${this.#problem ? problemNote(this.#problem) : nothing} ${this.#confirm()}`;
  }

  #option(status: ReplayableStatus): TemplateResult {
    const plan = this.#plan();
    const count = plan.counts[status];
    const choose = (event: Event) => plan.choose(status, (event.target as HTMLInputElement).checked);
    return html`<label class="nrp-check">
      <input type="checkbox" .checked=${plan.chosen.has(status)} @change=${choose} />
      <span>${this.t(`status.${status}`)}</span>
      <span class="nrp-muted">${count === undefined ? this.t('replay.counting') : this.app.formats.count(count)}</span>
    </label>`;
  }

  /** There is nothing to confirm while nothing would run. */
  #confirm(): TemplateResult {
    const { matched, chosen } = this.#plan();
    if (chosen.size === 0) return html`<p role="status">${this.t('replay.noneChosen')}</p>`;
    if (matched === undefined) return html`<p role="status">${this.t('replay.counting')}</p>`;
    if (matched === 0) return html`<p role="status">${this.t('replay.none')}</p>`;
    const rate = rateField(this.app, this.#rate, (rate) => {
      this.#rate = rate;
    });
    const label = this.t('replay.start', { count: this.app.formats.count(matched) });
    const act = () => void this.#start();
    return html`${rate}
      <div class="nrp-actions">${wordButton({ icon: 'fa-history', label, act, refused: this.app.refusal, primary: true })}</div>`;
  }

  #progress(count: number): TemplateResult {
    return html`<p role="status">${this.t('replay.started', { count: this.app.formats.count(count) })}</p>
      <nrp-replay-progress .app=${this.app} .replays=${this.#running()}></nrp-replay-progress>`;
  }

  async #start(): Promise<void> {
    this.#problem = '';
    try {
      this.#started = await this.#plan().start(this.#rate);
      this.app.announcements.say(this.t('replay.started', { count: this.app.formats.count(this.#started) }));
    } catch (error) {
      this.#problem = problemOf(this.app, error);
    }
    this.requestUpdate();
  }
}

define('nrp-replay', ReplayDialog);
