import type { Switch } from './shapes.ts';

/** Ms that the undoing of a switch is offered in words, once nobody is at it. */
const offered = 10_000;

interface Offer {
  readonly before: Switch;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** What undoes a handler's switch, for some seconds after it was made by one click. */
export class UndoOffers {
  readonly #offers = new Map<string, Offer>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** How to switch the handler back; undefined: that is not offered. */
  of(handler: string): Switch | undefined {
    return this.#offers.get(handler)?.before;
  }

  make(handler: string, before: Switch): void {
    this.keep(handler);
    this.#offers.set(handler, { before, timer: undefined });
    this.letGo(handler);
    this.#onChange();
  }

  /** Pointer or focus is at it: it stays. */
  keep(handler: string): void {
    clearTimeout(this.#offers.get(handler)?.timer);
  }

  /** Nobody is at it any more. */
  letGo(handler: string): void {
    const offer = this.#offers.get(handler);
    if (!offer) return;
    clearTimeout(offer.timer);
    offer.timer = setTimeout(() => this.end(handler), offered);
  }

  end(handler: string): void {
    this.keep(handler);
    if (this.#offers.delete(handler)) this.#onChange();
  }
}
