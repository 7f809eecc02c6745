import { html, nothing, render } from 'lit';
import type { Texts } from '../text/translate.ts';

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
  return new Promise((resolve) => {
    // Escape says no wherever the focus is: it may not have come to the question yet.
    const onKey = (event: KeyboardEvent) => {
      // A click elsewhere has closed it.
      if (asked && !content.isConnected) document.removeEventListener('keydown', onKey, true);
      else if (event.key === 'Escape') {
        event.stopPropagation();
        answer(undefined);
      }
    };
    let asked = false;
    const answer = (given: string | undefined) => {
      document.removeEventListener('keydown', onKey, true);
      popover.close(true);
      beside.focus();
      resolve(given);
    };
    const content = document.createElement('form');
    content.className = 'nrp nrp-ask';
    render(
      html`<p>${question.text}</p>
        ${
          question.field
            ? html`<label>${question.field}<input type="text" maxlength="500" .value=${question.value ?? ''} /></label>`
            : nothing
        }
        <p class="nrp-ask-buttons">
          <button type="button" class="red-ui-button" @click=${() => answer(undefined)}>${text('button.back')}</button>
          <button type="submit" class="red-ui-button primary">${question.yes}</button>
        </p>`,
      content,
    );
    const field = content.querySelector('input');
    content.addEventListener('submit', (event) => {
      event.preventDefault();
      answer(field?.value.trim() ?? '');
    });
    // The editor's own shortcuts are not for what is typed here.
    content.addEventListener('keydown', (event) => event.stopPropagation());
    document.addEventListener('keydown', onKey, true);
    const popover = RED.popover.create({
      target: $(beside),
      trigger: 'modal',
      direction: 'left',
      content: () => {
        setTimeout(() => {
          asked = true;
          // Whoever was quicker is not led away from what they chose.
          if (!content.contains(document.activeElement)) (field ?? content.querySelector('button'))?.focus();
        });
        return content;
      },
    });
    popover.open();
  });
}
