import { html, nothing, type TemplateResult } from 'lit';
import type { Override, Switch } from '../data/shapes.ts';
import type { Texts } from '../text/translate.ts';
import { popoverForm } from './popover-form.ts';

interface Asked {
  /** What is switched, and where nothing is chosen, what follows from it. */
  readonly title: string;
  /** What it may be switched to; one: nothing is chosen. */
  readonly statuses: readonly Override['status'][];
  readonly chosen: Override['status'];
  /** What the flow says: it has neither a reason nor an end. */
  readonly configured: string;
  readonly reason: string;
  /** The word on the button that says yes. */
  readonly yes: string;
  /** What else can be done from here. */
  readonly also?: { readonly label: string; readonly act: () => void };
}

/** Minutes that are offered as an end. */
const spans = [15, 60, 240, 1440];
const atTime = 'at';

/** Asks next to a button how to switch something. @returns undefined for not at all */
export function askSwitch(texts: Texts, beside: HTMLElement, asked: Asked): Promise<Switch | undefined> {
  let { chosen } = asked;
  let end = '';
  const choose = (status: Override['status']) => () => {
    chosen = status;
  };
  const onEnd = ({ currentTarget }: Event) => {
    end = (currentTarget as HTMLSelectElement).value;
  };
  const { text } = texts;
  return popoverForm(beside, {
    first: asked.statuses.length > 1 ? 'input:checked' : 'input[name="reason"]',
    read: (form) => switchFrom(chosen, new FormData(form)),
    content: (back) => {
      const plain = chosen === asked.configured;
      return html`${choices(texts, asked, chosen, choose)}
        <label>${text('switch.reason')}<input
          type="text" name="reason" maxlength="500" .value=${asked.reason} ?disabled=${plain} /></label>
        <label>${text('switch.end')}<select name="end" ?disabled=${plain} @change=${onEnd}>
          <option value="">${text('switch.open')}</option>
          ${spans.map((minutes) => html`<option value=${minutes}>${text(`switch.for.${minutes}`)}</option>`)}
          <option value=${atTime}>${text('switch.at')}</option>
        </select></label>
        <input type="datetime-local" name="until" required aria-label=${text('switch.until')}
          min=${localMinute(Date.now() + 60_000)} class=${end === atTime ? '' : 'nrp-unseen'} ?disabled=${plain || end !== atTime} />
        <p class="nrp-ask-buttons">
          <button type="button" class="red-ui-button" @click=${back}>${text('button.back')}</button>
          <button type="submit" class="red-ui-button primary">${asked.yes}</button>
        </p>
        ${asked.also ? alsoButton(asked.also, back) : nothing}`;
    },
  });
}

function alsoButton({ label, act }: NonNullable<Asked['also']>, back: () => void): TemplateResult {
  const instead = () => {
    back();
    act();
  };
  return html`<p class="nrp-ask-also"><button type="button" class="red-ui-button" @click=${instead}>${label}</button></p>`;
}

function choices(
  { text }: Texts,
  { title, statuses }: Asked,
  chosen: Override['status'],
  choose: (status: Override['status']) => () => void,
): TemplateResult {
  if (statuses.length < 2) return html`<p>${title}</p>`;
  return html`<fieldset class="nrp-choices"><legend>${title}</legend>
    ${statuses.map(
      (status) => html`<label><input
          type="radio" name="status" value=${status} ?checked=${status === chosen} @change=${choose(status)}
        /><span><b>${text(`flag.${status}`)}</b> ${text(`switch.means.${status}`)}</span></label>`,
    )}
  </fieldset>`;
}

/** What is disabled in the form is not in its data. */
function switchFrom(status: Override['status'], data: FormData): Switch {
  const reason = String(data.get('reason') ?? '').trim();
  const end = String(data.get('end') ?? '');
  const at = end === atTime ? Date.parse(String(data.get('until'))) : Date.now() + Number(end) * 60_000;
  return { status, ...(reason && { reason }), ...(end && { until: new Date(at).toISOString() }) };
}

/** As the browser's field for a date and time wants it: in its own time zone, to the minute. */
function localMinute(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
