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
    const field = question.field === undefined ? undefined : fieldOf(question.field, question.value ?? '');
    const no = button(text('button.back'), 'button');
    const yes = button(question.yes, 'submit');
    yes.classList.add('primary');
    const words = document.createElement('p');
    words.textContent = question.text;
    const buttons = document.createElement('p');
    buttons.className = 'nrp-ask-buttons';
    buttons.append(no, yes);
    content.append(words, ...(field ? [field.label] : []), buttons);

    no.addEventListener('click', () => answer(undefined));
    content.addEventListener('submit', (event) => {
      event.preventDefault();
      answer(field?.input.value.trim() ?? '');
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
          if (!content.contains(document.activeElement)) (field?.input ?? no).focus();
        });
        return content;
      },
    });
    popover.open();
  });
}

function button(label: string, type: 'button' | 'submit'): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = type;
  element.className = 'red-ui-button';
  element.textContent = label;
  return element;
}

function fieldOf(name: string, value: string): { label: HTMLLabelElement; input: HTMLInputElement } {
  const label = document.createElement('label');
  const input = document.createElement('input');
  input.type = 'text';
  input.maxLength = 500;
  input.value = value;
  label.append(name, input);
  return { label, input };
}
