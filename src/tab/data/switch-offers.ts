interface Offer<Offered> {
  readonly offered: Offered;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** What follows from a handler's switch and is offered in words, for some time after it was made by one click. */
export class SwitchOffers<Offered> {
  readonly #offers = new Map<string, Offer<Offered>>();
  readonly #ms: number;
  readonly #onChange: () => void;

  /** @param ms for how long, once nobody is at it */
  constructor(ms: number, onChange: () => void) {
    this.#ms = ms;
    this.#onChange = onChange;
  }

  /** Undefined: nothing is offered. */
  of(handler: string): Offered | undefined {
    return this.#offers.get(handler)?.offered;
  }

  make(handler: string, offered: Offered): void {
    this.keep(handler);
    this.#offers.set(handler, { offered, timer: undefined });
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
    offer.timer = setTimeout(() => this.end(handler), this.#ms);
  }

  end(handler: string): void {
    this.keep(handler);
    if (this.#offers.delete(handler)) this.#onChange();
  }
}
