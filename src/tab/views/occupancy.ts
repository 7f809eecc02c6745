import type { ReactiveController } from 'lit';
import type { View } from './view.ts';

/** Ms within which the pointer may come back, or get from the rows to the line below them. */
const absence = 300;
const pointed = '.nrp-rows tbody:hover, .nrp-foot:hover';
const focused = ':is(.nrp-rows, .nrp-foot):focus-within';
const signs = ['pointermove', 'pointerdown', 'pointerout', 'focusin', 'focusout'] as const;

/**
 * Tells whether the pointer or the focus is in the rows of a view, or in the line below them. A pointer that rests
 * where rows come to lie has not come to them.
 */
export class Occupancy implements ReactiveController {
  readonly #host: View;
  readonly #tell: (occupied: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pointerCame = false;

  constructor(host: View, tell: (occupied: boolean) => void) {
    this.#host = host;
    this.#tell = tell;
    host.addController(this);
  }

  hostConnected(): void {
    for (const sign of signs) this.#host.addEventListener(sign, this.#notice);
  }

  hostUpdated(): void {
    this.#look();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    for (const sign of signs) this.#host.removeEventListener(sign, this.#notice);
    this.#pointerCame = false;
    this.#tell(false);
  }

  readonly #notice = ({ type }: Event): void => {
    if (type === 'pointermove' || type === 'pointerdown') this.#pointerCame = true;
    this.#look();
  };

  #look(): void {
    clearTimeout(this.#timer);
    if (this.#isOccupied) this.#tell(true);
    else {
      this.#timer = setTimeout(() => {
        const occupied = this.#isOccupied;
        if (!occupied) this.#pointerCame = false;
        this.#tell(occupied);
      }, absence);
    }
  }

  get #isOccupied(): boolean {
    const isPointed = this.#pointerCame && this.#host.querySelector(pointed) !== null;
    return isPointed || this.#host.querySelector(focused) !== null;
  }
}
