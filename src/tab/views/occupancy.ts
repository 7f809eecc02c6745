import type { ReactiveController } from 'lit';
import { touchedLast } from './last-pointer.ts';
import type { View } from './view.ts';

/** Ms within which the pointer may come back, or get from the rows to the line below them. */
const absence = 300;
/** Ms after the last touch, and the scrolling that it began, until whoever read has gone. */
const rest = 10_000;
const place = ':is(.nrp-rows tbody, .nrp-foot)';
const pointed = '.nrp-rows tbody:hover, .nrp-foot:hover';
const focused = ':is(.nrp-rows, .nrp-foot):focus-within';
const signs = ['pointermove', 'pointerdown', 'pointerout', 'focusin', 'focusout'] as const;
/** Scrolling goes on when the finger has gone. */
const touches = ['pointerdown', 'touchmove', 'touchend', 'scroll'] as const;

/**
 * Tells whether the pointer or the focus is in the rows of a view, or in the line below them. A pointer that rests
 * where rows come to lie has not come to them; a finger is taken for gone some time after it has touched them, as it
 * leaves the focus where it was, and what the browser takes for a pointer.
 */
export class Occupancy implements ReactiveController {
  readonly #host: View;
  readonly #tell: (occupied: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pointerCame = false;
  #touchedAt = Number.NEGATIVE_INFINITY;

  constructor(host: View, tell: (occupied: boolean) => void) {
    this.#host = host;
    this.#tell = tell;
    host.addController(this);
  }

  hostConnected(): void {
    for (const sign of signs) this.#host.addEventListener(sign, this.#notice);
    for (const touch of touches) this.#host.addEventListener(touch, this.#touched, listening);
  }

  hostUpdated(): void {
    this.#look();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    for (const sign of signs) this.#host.removeEventListener(sign, this.#notice);
    for (const touch of touches) this.#host.removeEventListener(touch, this.#touched, listening);
    this.#pointerCame = false;
    this.#touchedAt = Number.NEGATIVE_INFINITY;
    this.#tell(false);
  }

  readonly #notice = ({ type }: Event): void => {
    if (type === 'pointermove' || type === 'pointerdown') this.#pointerCame = true;
    this.#look();
  };

  readonly #touched = ({ type, target }: Event): void => {
    const reached = type === 'scroll' ? '.nrp-rows' : place;
    if (!touchedLast() || !(target as Element).closest(reached)) return;
    this.#touchedAt = performance.now();
    this.#look();
  };

  #look(): void {
    clearTimeout(this.#timer);
    const isOccupied = this.#isOccupied;
    if (isOccupied) this.#tell(true);
    // Where a mouse or the focus is, it stays until a sign says otherwise.
    if (isOccupied && !touchedLast()) return;
    this.#timer = setTimeout(
      () => {
        const occupied = this.#isOccupied;
        if (!occupied) this.#pointerCame = false;
        this.#tell(occupied);
      },
      isOccupied ? this.#restLeft : absence,
    );
  }

  get #isOccupied(): boolean {
    if (touchedLast()) return this.#restLeft > 0;
    const isPointed = this.#pointerCame && this.#host.querySelector(pointed) !== null;
    return isPointed || this.#host.querySelector(focused) !== null;
  }

  get #restLeft(): number {
    return Math.max(0, this.#touchedAt + rest - performance.now());
  }
}

const listening = { capture: true, passive: true };
