import { html, nothing, type TemplateResult } from 'lit';
import type { RegistryRow } from '../data/shapes.ts';
import { nameOf } from '../text/visible.ts';
import { showHint } from './hints.ts';

export interface Action {
  readonly icon: string;
  readonly label: string;
  readonly act: (event: MouseEvent) => void;
  readonly pressed?: boolean;
  /** Why it can't be used now; it stays where it is and says so. */
  readonly refused?: string | undefined;
  readonly primary?: boolean;
  /** It can't be seen or used, and keeps its place, so that its neighbours stay where they are. */
  readonly unseen?: boolean;
  /** Where there is no room, its icon stands for its word: the tooltip says it. */
  readonly folds?: boolean;
}

/** A button that shows its icon only; its name is its tooltip. */
export function iconButton(action: Action): TemplateResult {
  const { label, refused } = action;
  return button(action, 'nrp-icon', refused ? `${label}: ${refused}` : label, icon(action.icon));
}

/** A button with its name; `icon` is '' for none. */
export function wordButton(action: Action): TemplateResult {
  const { label, refused, primary, folds } = action;
  const content = html`${action.icon ? html`${icon(action.icon)} ` : nothing}<span>${label}</span>`;
  return button(
    action,
    `nrp-word ${primary ? 'primary' : ''}`,
    refused ?? (folds ? label : undefined),
    content,
  );
}

function button(
  { label, act, pressed, refused, unseen }: Action,
  kind: string,
  title: string | undefined,
  content: TemplateResult,
): TemplateResult {
  return html`<button
    type="button"
    class="red-ui-button red-ui-button-small ${kind} ${pressed ? 'selected' : ''} ${unseen ? 'nrp-unseen' : ''}"
    aria-label=${label}
    title=${title ?? nothing}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    aria-disabled=${refused ? 'true' : nothing}
    @click=${(event: MouseEvent) => {
      event.stopPropagation();
      if (refused) showHint(event.currentTarget as HTMLElement);
      else act(event);
    }}
  >${content}</button>`;
}

function icon(name: string): TemplateResult {
  return html`<i class="fa ${name}" aria-hidden="true"></i>`;
}

/** What stands where something will be. */
export function waitNote(words: string): TemplateResult {
  return html`<div class="nrp-wait nrp-muted" role="status">${words}</div>`;
}

/** What went wrong, where its outcome would stand. */
export function problemNote(words: string): TemplateResult {
  return html`<div class="nrp-problem nrp-error nrp-wrap" role="alert">${words}</div>`;
}

/** A line above the rows that says what one should know. */
export function banner(
  tone: 'info' | 'warning' | 'error',
  words: string,
  ...buttons: readonly (TemplateResult | typeof nothing)[]
): TemplateResult {
  const shape = { info: 'fa-info-circle', warning: 'fa-exclamation-triangle', error: 'fa-times-circle' }[
    tone
  ];
  return html`<div class="nrp-banner nrp-banner-${tone}" role=${tone === 'info' ? 'note' : 'status'}>
    ${icon(shape)}<span class="nrp-wrap">${words}</span>${buttons}
  </div>`;
}

/** The options of a choice among registries. */
export function registryOptions(
  registries: readonly RegistryRow[],
  chosen: string,
): readonly TemplateResult[] {
  return registries.map(
    (one) => html`<option value=${one.id} ?selected=${one.id === chosen}>${nameOf(one)}</option>`,
  );
}
