import { html, nothing, type TemplateResult } from 'lit';
import type { BulkPlan } from '../data/bulk-plan.ts';
import { RunningReplays } from '../data/running-replays.ts';
import { problemOf } from './notices.ts';
import { problemNote, wordButton } from './parts.ts';
import { rateField } from './rate-field.ts';
import './replay-progress.ts';
import { lazy, View, Watch } from './view.ts';

/** What a dialog says of what it does. */
export interface BulkWords {
  readonly icon: string;
  /** On its button, with the count. */
  readonly start: (count: string) => string;
  /** Where there is nothing to be done. */
  readonly none: string;
}

/** Something that is done with many, in words: with what, how many that are, how fast, how far it has come; and Stop. */
export abstract class BulkDialog<Plan extends BulkPlan> extends View {
  protected abstract readonly plan: Plan;
  protected abstract get words(): BulkWords;
  readonly #running = lazy(() => new RunningReplays(this.app));
  #rate = 0;

  constructor() {
    super();
    new Watch(this, () => [this.plan], 'at once');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.plan.count();
  }

  /** With what. */
  protected abstract what(): TemplateResult;

  /** What can be chosen of it. */
  protected choice(): TemplateResult | typeof nothing {
    return nothing;
  }

  /** What has to be known before one says yes. */
  protected question(_count: string): TemplateResult | typeof nothing {
    return nothing;
  }

  /** Why there is nothing to be counted. */
  protected get idle(): string | undefined {
    return undefined;
  }

  /** How far the count has come. */
  protected counting(): TemplateResult {
    return html`<p role="status">${this.t('replay.counting')}</p>`;
  }

  /** Whether one can say how fast. */
  protected readonly hasRate: boolean = true;

  /** What is said once it has begun. */
  protected abstract begun(): string;

  /** How far it has come; Node-RED goes on with it by itself, unless a dialog says otherwise. */
  protected progress(): TemplateResult {
    return html`<p role="status">${this.begun()}</p>
      <nrp-replay-progress .app=${this.app} .replays=${this.#running()}></nrp-replay-progress>`;
  }

  override render(): TemplateResult {
    const { problem, state, matched } = this.plan;
    const isUnknown = problem !== undefined && matched === undefined;
    const shown = this.hasRate && state === 'running' ? 'asking' : state;
    return html`<div class="nrp-details nrp-bulk">
      ${this.what()} ${problem === undefined ? nothing : problemNote(problemOf(this.app, problem))}
      ${shown !== 'asking' ? this.progress() : isUnknown ? this.choiceAfter(problem) : html`${this.choice()} ${this.#confirm()}`}
    </div>`;
  }

  /** What can be chosen where the count has failed. */
  protected choiceAfter(_problem: unknown): TemplateResult | typeof nothing {
    return nothing;
  }

  /** There is nothing to confirm while nothing would be done. */
  #confirm(): TemplateResult {
    const { matched, state } = this.plan;
    const { words } = this;
    if (this.idle !== undefined) return html`<p role="status">${this.idle}</p>`;
    if (matched === undefined) return this.counting();
    if (matched === 0) return html`<p role="status">${words.none}</p>`;
    const count = this.app.formats.count(matched);
    const rate = rateField(this.app, this.#rate, (rate) => {
      this.#rate = rate;
    });
    const label = words.start(count);
    const act = () => {
      if (state === 'asking') void this.#run();
    };
    return html`${this.question(count)} ${this.hasRate ? rate : nothing}
      <div class="nrp-actions">${wordButton({ icon: words.icon, label, act, refused: this.app.refusal, primary: true })}</div>`;
  }

  async #run(): Promise<void> {
    await this.plan.run(this.#rate);
    if (this.plan.state === 'done') this.app.announcements.say(this.begun());
    await this.over();
  }

  /** It is done, or Node-RED goes on with it. */
  protected async over(): Promise<void> {}
}
