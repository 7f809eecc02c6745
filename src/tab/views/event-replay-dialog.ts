import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { EventReplayPlan } from '../data/event-replay-plan.ts';
import { showTray } from '../editor/tray.ts';
import { BulkDialog } from './bulk-dialog.ts';
import { filterWords } from './filter-words.ts';
import type { Found } from './replay-dialog.ts';
import { statusChoice } from './status-choice.ts';
import { define, lazy, View } from './view.ts';

/** Shows which events would go into the flow again, before they do. */
export function showEventReplay(app: App, found: Found): void {
  const view = document.createElement('nrp-event-replay');
  showTray(app, app.text('eventReplay.title'), Object.assign(view, { app, found }));
}

/** Which events are to go into the flow again, how fast, and how far they have come. */
class EventReplayDialog extends BulkDialog<EventReplayPlan> {
  static override properties = { ...View.properties, found: { attribute: false } };
  declare found: Found;
  readonly #plan = lazy(() => new EventReplayPlan(this.app, this.found.query, this.found.registries));

  protected override get plan(): EventReplayPlan {
    return this.#plan();
  }

  protected override get words() {
    const start = (count: string) => this.t('replay.start', { count });
    return { icon: 'fa-history', start, none: this.t('replay.none') };
  }

  protected override what(): TemplateResult {
    return filterWords(this.app, this.found.conditions, this.t('eventReplay.all'));
  }

  protected override choice(): TemplateResult | typeof nothing {
    const { offered, leftOut } = this.plan;
    if (offered.length === 0) return nothing;
    const count = this.app.formats.count(leftOut);
    return html`${statusChoice(this.app, this.plan, 'eventStatus')}
      <p class="nrp-muted">${this.t('eventReplay.how')}</p>
      ${leftOut > 0 ? html`<p>${this.t('eventReplay.leftOut', { count })}</p>` : nothing}`;
  }

  protected override get idle(): string | undefined {
    const { offered, chosen } = this.plan;
    if (offered.length === 0) return this.t('eventReplay.others');
    return chosen.size === 0 ? this.t('replay.noneChosen') : undefined;
  }

  protected override begun(): string {
    return this.t('eventReplay.started', { count: this.app.formats.count(this.plan.started) });
  }
}

define('nrp-event-replay', EventReplayDialog);
