import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { ReplayPlan } from '../data/replay-plan.ts';
import { showTray } from '../editor/tray.ts';
import { BulkDialog } from './bulk-dialog.ts';
import { filterWords } from './filter-words.ts';
import { statusChoice } from './status-choice.ts';
import { define, lazy, View } from './view.ts';

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
class ReplayDialog extends BulkDialog<ReplayPlan> {
  static override properties = { ...View.properties, found: { attribute: false } };
  declare found: Found;
  readonly #plan = lazy(() => new ReplayPlan(this.app, this.found.query, this.found.registries));

  protected override get plan(): ReplayPlan {
    return this.#plan();
  }

  protected override get words() {
    const start = (count: string) => this.t('replay.start', { count });
    return { icon: 'fa-history', start, none: this.t('replay.none') };
  }

  protected override what(): TemplateResult {
    return filterWords(this.app, this.found.conditions);
  }

  protected override choice(): TemplateResult | typeof nothing {
    if (this.plan.offered.length === 0) return nothing;
    return html`${statusChoice(this.app, this.plan, 'status')}
      <p class="nrp-muted">${this.t('replay.leftOut')}</p>`;
  }

  protected override get idle(): string | undefined {
    const { offered, chosen } = this.plan;
    if (offered.length === 0) return this.t('replay.unsettled');
    return chosen.size === 0 ? this.t('replay.noneChosen') : undefined;
  }

  protected override begun(): string {
    return this.t('replay.started', { count: this.app.formats.count(this.plan.started) });
  }
}

define('nrp-replay', ReplayDialog);
