import { render, type TemplateResult } from 'lit';

/** Px between a popover and the window's edges. */
const margin = 8;

interface Form<Answer> {
  /** Drawn anew whenever something in it changes. @param back says no */
  readonly content: (back: () => void) => TemplateResult;
  /** What is answered when it is sent. */
  readonly read: (form: HTMLFormElement) => Answer;
  /** What has the focus first. */
  readonly first: string;
}

/**
 * A form next to a button; Escape and a click elsewhere say no.
 * @returns undefined for no
 */
export function popoverForm<Answer>(beside: HTMLElement, form: Form<Answer>): Promise<Answer | undefined> {
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
    const answer = (given: Answer | undefined) => {
      document.removeEventListener('keydown', onKey, true);
      popover.close(true);
      beside.focus();
      resolve(given);
    };
    const content = document.createElement('form');
    content.className = 'nrp nrp-ask';
    const draw = () =>
      render(
        form.content(() => answer(undefined)),
        content,
      );
    draw();
    content.addEventListener('change', draw);
    content.addEventListener('submit', (event) => {
      event.preventDefault();
      answer(form.read(content));
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
          if (!content.contains(document.activeElement)) {
            content.querySelector<HTMLElement>(form.first)?.focus();
          }
        });
        return content;
      },
    });
    popover.open();
    requestAnimationFrame(() => keepInView(content));
  });
}

/** The editor puts a popover in the middle beside its button, also where that is beyond the window's edge. */
function keepInView(content: HTMLElement): void {
  const popover = content.closest<HTMLElement>('.red-ui-popover');
  if (!popover) return;
  const { top, height } = popover.getBoundingClientRect();
  const inView = Math.max(margin, Math.min(top, window.innerHeight - height - margin));
  if (inView === top) return;
  popover.style.top = `${popover.offsetTop + inView - top}px`;
  // Its arrow no longer points to the button.
  popover.style.overflow = 'hidden';
}
