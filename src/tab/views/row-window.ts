import type { ReactiveController } from 'lit';
import { type RowRange, rowRange } from '../data/row-range.ts';
import { touchedLast } from './last-pointer.ts';
import type { View } from './view.ts';

/** px, until a row has been measured. */
const guess = 26;

/**
 * Keeps the rows in the page few, and the keyboard's way through them: the arrows, Home and End move from row to
 * row, whose buttons carry `data-row`. When others come or go, the row under the pointer stays where it is, else the
 * one that has the focus, else (and after a touch, which leaves both behind) the first that is seen of a list that is
 * scrolled; the focus stays with its row.
 */
export class RowWindow implements ReactiveController {
  readonly #host: View;
  readonly #onScroll: (atTop: boolean, atEnd: boolean) => void;
  readonly #onDraw: ((to: string, from: string) => void) | undefined;
  readonly #resized: ResizeObserver;
  #scroller: HTMLElement | undefined;
  #rowHeight = guess;
  #range: RowRange = { first: 0, last: 0, before: 0, after: 0 };
  #ids: readonly string[] = [];
  #active = '';
  #focus = '';
  /** px by which the rows have to be scrolled for the one that one looks at to stay where it is. */
  #shift = 0;
  /** The newest rows are wanted once there are others. */
  #newest: { readonly focus: boolean } | undefined;
  /** The row that had the focus before rows were drawn anew, and where it stood among them. */
  #focused: { readonly id: string; readonly at: number } | undefined;

  /**
   * @param onScroll is told whether the list is at its top, and whether its end comes near
   * @param onDraw is told to which row, and from which, the focus is moved with Shift
   */
  constructor(
    host: View,
    onScroll: (atTop: boolean, atEnd: boolean) => void,
    onDraw?: (to: string, from: string) => void,
  ) {
    this.#host = host;
    this.#onScroll = onScroll;
    this.#onDraw = onDraw;
    this.#resized = new ResizeObserver(() => this.#measure());
    host.addController(this);
  }

  /** The range to render of these rows. */
  range(ids: readonly string[]): RowRange {
    this.#shift += this.#shiftTo(ids);
    this.#ids = ids;
    const scrollTop = (this.#scroller?.scrollTop ?? 0) + this.#shift;
    const viewport = { scrollTop, height: this.#scroller?.clientHeight ?? 0 };
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

  /** The rows that are in the page. */
  get rendered(): readonly string[] {
    return this.#ids.slice(this.#range.first, this.#range.last);
  }

  /** Shows the newest rows when they come, whatever one looks at. @param focus whether the first takes the focus */
  showNewest(focus: boolean): void {
    this.#newest = { focus };
    if (this.#scroller) this.#scroller.scrollTop = 0;
  }

  /** Moves the focus on by so many rows, from the one that had it last. */
  step(rows: number): void {
    const at = this.#ids.indexOf(this.#active);
    const next = at < 0 ? 0 : at + (this.#hasFocus ? rows : 0);
    this.#go(Math.max(0, Math.min(next, this.#ids.length - 1)));
  }

  /** Gives the focus back to the row that had it last, else to the rows as a whole. */
  takeFocus(): void {
    const button = this.#host.querySelector<HTMLElement>(`[data-row="${CSS.escape(this.#active)}"]`);
    (button ?? this.#scroller)?.focus({ preventScroll: true });
  }

  /** The row that has the focus, or had it last. */
  get active(): string | undefined {
    return this.#ids.includes(this.#active) ? this.#active : undefined;
  }

  readonly scrolled = (): void => {
    if ((this.#scroller?.scrollTop ?? 0) >= this.#rowHeight) this.#newest = undefined;
    this.#follow();
  };

  readonly pressed = (event: KeyboardEvent): void => {
    const button = (event.target as Element).closest<HTMLElement>('[data-row]');
    const place = button ?? (event.target === this.#scroller ? this.#scroller : undefined);
    if (!place || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = this.#ids.indexOf(button?.dataset['row'] ?? this.#active);
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
    const to = Math.max(0, Math.min(target, this.#ids.length - 1));
    const [id, from] = [this.#ids[to], this.#ids[at] ?? this.#ids[0]];
    if (event.shiftKey && id !== undefined && from !== undefined) this.#onDraw?.(id, from);
    this.#go(to);
  };

  readonly focused = (event: FocusEvent): void => {
    const id = (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset['row'];
    if (id !== undefined) this.#active = id;
  };

  hostUpdate(): void {
    const id = this.#focusedRow;
    this.#focused = id === undefined ? undefined : { id, at: this.#ids.indexOf(id) };
  }

  hostUpdated(): void {
    const scroller = this.#host.querySelector<HTMLElement>('.nrp-scroll') ?? undefined;
    if (scroller !== this.#scroller) {
      this.#resized.disconnect();
      this.#scroller = scroller;
      if (scroller) this.#resized.observe(scroller);
    }
    if (scroller && this.#shift !== 0) scroller.scrollTop += this.#shift;
    this.#shift = 0;
    // While rows are exchanged the list is shorter for a moment, and may lose the place that it was scrolled to.
    if (scroller && this.#ids.includes(this.#focus)) this.#reveal(this.#ids.indexOf(this.#focus), scroller);
    this.#measure();
    this.#keepFocus();
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
    this.#scroller = undefined;
  }

  get #focusedRow(): string | undefined {
    const focused = document.activeElement?.closest<HTMLElement>('[data-row]');
    return focused && this.#host.contains(focused) ? focused.dataset['row'] : undefined;
  }

  get #hasFocus(): boolean {
    return this.#focusedRow !== undefined || document.activeElement === this.#scroller;
  }

  /** The focus goes where it was sent; else it stays with its row, and with the nearest where that has gone. */
  #keepFocus(): void {
    const lost = document.activeElement === null || document.activeElement === document.body;
    const kept = this.#focused && lost ? this.#nearest(this.#focused) : undefined;
    const id = this.#focus || kept;
    this.#focus = '';
    this.#focused = undefined;
    if (id === undefined) return;
    this.#active = id;
    const button = this.#host.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
    // It may have been scrolled away: the keys go on from it all the same.
    (button ?? this.#scroller)?.focus({ preventScroll: true });
  }

  #nearest({ id, at }: { readonly id: string; readonly at: number }): string | undefined {
    return this.#ids.includes(id) ? id : this.#ids[Math.min(at, this.#ids.length - 1)];
  }

  /** px by which the row that one looks at will stand lower among these. */
  #shiftTo(ids: readonly string[]): number {
    if (ids === this.#ids || !this.#scroller) return 0;
    if (this.#newest && ids[0] !== this.#ids[0]) {
      if (this.#newest.focus) this.#focus = ids[0] ?? '';
      this.#newest = undefined;
      return -this.#scroller.scrollTop;
    }
    const looked = this.#lookedAt(this.#scroller);
    const before = looked === undefined ? -1 : this.#ids.indexOf(looked);
    const after = looked === undefined ? -1 : ids.indexOf(looked);
    return before < 0 || after < 0 ? 0 : (after - before) * this.#rowHeight;
  }

  #lookedAt(scroller: HTMLElement): string | undefined {
    const isTouched = touchedLast();
    const hovered = scroller.querySelector<HTMLElement>('tr:hover [data-row]')?.dataset['row'];
    if (hovered !== undefined && !isTouched) return hovered;
    const first = Math.floor(scroller.scrollTop / this.#rowHeight);
    const last = Math.floor((scroller.scrollTop + scroller.clientHeight) / this.#rowHeight);
    const focused = isTouched ? -1 : (this.#focused?.at ?? -1);
    if (focused >= first && focused <= last) return this.#ids[focused];
    return first > 0 ? this.#ids[first] : undefined;
  }

  #go(index: number): void {
    const scroller = this.#scroller;
    const id = this.#ids[index];
    if (!scroller || id === undefined) return;
    this.#active = id;
    this.#focus = id;
    this.#reveal(index, scroller);
    this.#host.requestUpdate();
  }

  #reveal(index: number, scroller: HTMLElement): void {
    const head = scroller.querySelector('thead')?.clientHeight ?? 0;
    const top = index * this.#rowHeight;
    const bottom = top + this.#rowHeight + head;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = bottom - scroller.clientHeight;
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
