import type { ReactiveController } from 'lit';
import { type RowRange, rowRange } from '../data/row-range.ts';
import type { View } from './view.ts';

/** px, until a row has been measured. */
const guess = 26;

/**
 * Keeps the rows in the page few, and the keyboard's way through them: the arrows, Home and End move from row to
 * row, whose buttons carry `data-row`.
 */
export class RowWindow implements ReactiveController {
  readonly #host: View;
  readonly #onScroll: (atTop: boolean, atEnd: boolean) => void;
  readonly #resized: ResizeObserver;
  #scroller: HTMLElement | undefined;
  #rowHeight = guess;
  #range: RowRange = { first: 0, last: 0, before: 0, after: 0 };
  #ids: readonly string[] = [];
  #active = '';
  #focus = '';

  /** @param onScroll is told whether the list is at its top, and whether its end comes near */
  constructor(host: View, onScroll: (atTop: boolean, atEnd: boolean) => void) {
    this.#host = host;
    this.#onScroll = onScroll;
    this.#resized = new ResizeObserver(() => this.#measure());
    host.addController(this);
  }

  /** The range to render of these rows. */
  range(ids: readonly string[]): RowRange {
    this.#ids = ids;
    const viewport = { scrollTop: this.#scroller?.scrollTop ?? 0, height: this.#scroller?.clientHeight ?? 0 };
    this.#range = rowRange(ids.length, this.#rowHeight, viewport);
    return this.#range;
  }

  /** Of all rows one can be reached with Tab. */
  tabIndexOf(id: string): 0 | -1 {
    const { first, last } = this.#range;
    const rendered = this.#ids.indexOf(this.#active);
    const reachable = rendered >= first && rendered < last ? this.#active : this.#ids[first];
    return id === reachable ? 0 : -1;
  }

  readonly scrolled = (): void => this.#follow();

  readonly pressed = (event: KeyboardEvent): void => {
    const button = (event.target as Element).closest<HTMLElement>('[data-row]');
    if (!button || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = this.#ids.indexOf(button.dataset['row'] ?? '');
    const page = Math.max(1, Math.floor((this.#scroller?.clientHeight ?? 0) / this.#rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this.#ids.length - 1,
    };
    const target = moves[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#go(Math.max(0, Math.min(target, this.#ids.length - 1)));
  };

  readonly focused = (event: FocusEvent): void => {
    const id = (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset['row'];
    if (id !== undefined) this.#active = id;
  };

  hostUpdated(): void {
    const scroller = this.#host.querySelector<HTMLElement>('.nrp-scroll') ?? undefined;
    if (scroller !== this.#scroller) {
      this.#resized.disconnect();
      this.#scroller = scroller;
      if (scroller) this.#resized.observe(scroller);
    }
    this.#measure();
    if (this.#focus === '') return;
    this.#host
      .querySelector<HTMLElement>(`[data-row="${CSS.escape(this.#focus)}"]`)
      ?.focus({ preventScroll: true });
    this.#focus = '';
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
    this.#scroller = undefined;
  }

  #go(index: number): void {
    const scroller = this.#scroller;
    const id = this.#ids[index];
    if (!scroller || id === undefined) return;
    this.#active = id;
    this.#focus = id;
    const head = scroller.querySelector('thead')?.clientHeight ?? 0;
    const top = index * this.#rowHeight;
    const bottom = top + this.#rowHeight + head;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = bottom - scroller.clientHeight;
    this.#host.requestUpdate();
  }

  #measure(): void {
    const height = this.#host.querySelector<HTMLElement>('tbody tr')?.offsetHeight ?? 0;
    if (height > 0) this.#rowHeight = height;
    this.#follow();
  }

  /** Renders other rows where others can be seen now. */
  #follow(): void {
    const { first, last } = this.#range;
    const next = this.range(this.#ids);
    if (next.first !== first || next.last !== last) this.#host.requestUpdate();
    this.#tellPlace();
  }

  #tellPlace(): void {
    const scroller = this.#scroller;
    if (!scroller || scroller.clientHeight === 0) return;
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    this.#onScroll(scroller.scrollTop < this.#rowHeight, left < 20 * this.#rowHeight);
  }
}
