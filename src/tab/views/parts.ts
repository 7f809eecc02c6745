import { html, nothing, type TemplateResult } from 'lit';

export interface Action {
  readonly icon: string;
  readonly label: string;
  readonly act: (event: MouseEvent) => void;
  readonly pressed?: boolean;
  /** Why it can't be used now; it stays where it is and says so. */
  readonly refused?: string | undefined;
  readonly primary?: boolean;
}

/** A button that shows its icon only; its name is its tooltip. */
export function iconButton({ icon, label, act, pressed, refused }: Action): TemplateResult {
  return html`<button
    type="button"
    class="red-ui-button red-ui-button-small nrp-icon ${pressed ? 'selected' : ''}"
    aria-label=${label}
    title=${refused ? `${label}: ${refused}` : label}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    aria-disabled=${refused ? 'true' : nothing}
    @click=${(event: MouseEvent) => {
      event.stopPropagation();
      if (!refused) act(event);
    }}
  ><i class="fa ${icon}" aria-hidden="true"></i></button>`;
}

/** A button with its name; `icon` is '' for none. */
export function wordButton({ icon, label, act, pressed, refused, primary }: Action): TemplateResult {
  return html`<button
    type="button"
    class="red-ui-button red-ui-button-small nrp-word ${pressed ? 'selected' : ''} ${primary ? 'primary' : ''}"
    aria-label=${label}
    title=${refused ?? nothing}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    aria-disabled=${refused ? 'true' : nothing}
    @click=${(event: MouseEvent) => {
      event.stopPropagation();
      if (!refused) act(event);
    }}
  >${icon ? html`<i class="fa ${icon}" aria-hidden="true"></i> ` : nothing}<span>${label}</span></button>`;
}

/** What stands where rows would: why there are none, and what to do. */
export function emptyState(
  icon: string,
  title: string,
  words: string,
  ...buttons: readonly (TemplateResult | typeof nothing)[]
): TemplateResult {
  return html`<div class="nrp-empty">
    <i class="fa ${icon}" aria-hidden="true"></i>
    <p class="nrp-empty-title">${title}</p>
    <p>${words}</p>
    <p class="nrp-empty-buttons">${buttons}</p>
  </div>`;
}

/** A line above the rows that says what one should know. */
export function banner(
  tone: 'info' | 'warning' | 'error',
  words: string,
  ...buttons: readonly (TemplateResult | typeof nothing)[]
): TemplateResult {
  const icon = { info: 'fa-info-circle', warning: 'fa-exclamation-triangle', error: 'fa-times-circle' }[tone];
  return html`<div class="nrp-banner nrp-banner-${tone}" role=${tone === 'info' ? 'note' : 'status'}>
    <i class="fa ${icon}" aria-hidden="true"></i><span>${words}</span>${buttons}
  </div>`;
}
