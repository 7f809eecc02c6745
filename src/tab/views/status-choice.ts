import { html, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { StatusPlan } from '../data/status-plan.ts';

/** Which statuses of what a search finds are meant, each with how many there are. @param kind where their words stand */
export function statusChoice<Status extends string>(
  { text, formats }: App,
  plan: StatusPlan<Status>,
  kind: 'status' | 'eventStatus',
): TemplateResult {
  return html`<fieldset class="nrp-choice">
    <legend>${text('replay.which')}</legend>
    ${plan.offered.map((status) => {
      const count = plan.counts[status];
      const choose = (event: Event) => plan.choose(status, (event.target as HTMLInputElement).checked);
      return html`<label class="nrp-check">
        <input type="checkbox" .checked=${plan.chosen.has(status)} @change=${choose} />
        <span>${text(`${kind}.${status}`)}</span>
        <span class="nrp-muted">${count === undefined ? text('replay.counting') : formats.count(count)}</span>
      </label>`;
    })}
  </fieldset>`;
}
