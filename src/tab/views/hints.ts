import { touchedLast } from './last-pointer.ts';

/** Ms that a finger rests on a button until it shows what it is called rather than presses it. */
const resting = 500;
/** px that a resting finger moves at most. */
const slack = 10;
/** px between a hint and what it is about, and the window's edges. */
const gap = 6;
/** What a tap is for something else than its hint; of a row, the details say all. */
const pressable =
  'button:not([aria-disabled="true"]), a, input, select, textarea, summary, label, .nrp-log tbody';

let hint: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let from: PointerEvent | undefined;
let isShown = false;

/**
 * Shows a finger what a mouse sees by resting on something: a tap on a text its tooltip, a long press on a button what
 * it does, and the press is none then.
 */
export function showHintsToFingers(): void {
  const listen = <Name extends keyof DocumentEventMap>(
    name: Name,
    act: (event: DocumentEventMap[Name]) => void,
  ) => document.addEventListener(name, act, { capture: true });
  listen('pointerdown', pressed);
  listen('pointermove', (event) => {
    if (from && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > slack) lift();
  });
  listen('pointerup', lift);
  listen('pointercancel', lift);
  listen('keydown', hide);
  listen('click', clicked);
}

/** Shows the tooltip of an element as long as nothing else is pressed, or typed. */
export function showHint(element: HTMLElement): void {
  hide();
  hint = document.createElement('div');
  hint.className = 'nrp nrp-hint';
  hint.role = 'tooltip';
  hint.textContent = element.title;
  // A dialog is above all that is none.
  hint.popover = 'manual';
  document.body.append(hint);
  hint.showPopover();
  const about = element.getBoundingClientRect();
  const below = about.bottom + gap;
  const fits = below + hint.offsetHeight + gap <= innerHeight;
  hint.style.top = `${fits ? below : Math.max(gap, about.top - gap - hint.offsetHeight)}px`;
  hint.style.left = `${Math.max(gap, Math.min(about.left, innerWidth - hint.offsetWidth - gap))}px`;
}

function hide(): void {
  hint?.remove();
  hint = undefined;
}

function pressed(event: PointerEvent): void {
  hide();
  lift();
  isShown = false;
  const element = event.pointerType === 'touch' ? hinted(event) : undefined;
  if (!element?.closest('button')) return;
  from = event;
  timer = setTimeout(() => {
    isShown = true;
    showHint(element);
  }, resting);
}

function lift(): void {
  clearTimeout(timer);
  from = undefined;
}

function clicked(event: MouseEvent): void {
  if (isShown) {
    isShown = false;
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const element = touchedLast() ? hinted(event) : undefined;
  if (element && !(event.target as Element).closest(pressable)) showHint(element);
}

function hinted({ target }: Event): HTMLElement | undefined {
  const element = (target as Element).closest<HTMLElement>('.nrp [title]');
  return element?.title ? element : undefined;
}
