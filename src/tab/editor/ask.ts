import { html, nothing } from 'lit';
import type { Texts } from '../text/translate.ts';
import { popoverForm } from './popover-form.ts';

export interface Question {
  readonly text: string;
  /** The word on the button that says yes. */
  readonly yes: string;
  /** Asks for a text as well; this is its label. */
  readonly field?: string;
  readonly value?: string;
}

/**
 * Asks next to a button.
 * @returns undefined for no; else what was entered, '' where nothing was asked for
 */
export function ask({ text }: Texts, beside: HTMLElement, question: Question): Promise<string | undefined> {
  return popoverForm(beside, {
    first: question.field ? 'input' : 'button',
    read: (form) => form.querySelector('input')?.value.trim() ?? '',
    content: (back) => html`<p>${question.text}</p>
      ${
        question.field
          ? html`<label>${question.field}<input type="text" maxlength="500" .value=${question.value ?? ''} /></label>`
          : nothing
      }
      <p class="nrp-ask-buttons">
        <button type="button" class="red-ui-button" @click=${back}>${text('button.back')}</button>
        <button type="submit" class="red-ui-button primary">${question.yes}</button>
      </p>`,
  });
}
