import { html, nothing, svg, type TemplateResult } from 'lit';
import { type Bar, type Bars, edgesOf, marksOf, type Outcome, outcomes, sumOf } from '../data/bars.ts';
import { localTime } from '../data/filters.ts';
import { HistogramSource } from '../data/histogram.ts';
import type { LiveList } from '../data/live-list.ts';
import type { LogRow } from '../data/shapes.ts';
import { spans } from '../data/statistics.ts';
import { wordButton } from './parts.ts';
import { define, lazy, View, Watch } from './view.ts';

const colours: Readonly<Record<Outcome, string>> = {
  succeeded: '--red-ui-node-status-colors-green',
  failed: '--red-ui-node-status-colors-red',
  skipped: '--red-ui-node-status-colors-grey',
  waiting: '--red-ui-node-status-colors-yellow',
};
const height = 100;

/** When what the log's search finds happened; folded, it asks for nothing. Whether it is, is remembered. */
class HistogramFold extends View {
  static override properties = { ...View.properties, list: { attribute: false } };
  declare list: LiveList<LogRow>;

  override render(): TemplateResult {
    const open = this.app.preferences.get('histogram') !== false;
    const toggled = ({ target }: Event) => {
      const isOpen = (target as HTMLDetailsElement).open;
      if (isOpen !== open) this.app.preferences.set('histogram', isOpen);
      this.requestUpdate();
    };
    return html`<details class="nrp-histogram" ?open=${open} @toggle=${toggled}>
      <summary>${this.t('histogram.title')}</summary>
      ${open ? html`<nrp-bars .app=${this.app} .list=${this.list}></nrp-bars>` : nothing}
    </details>`;
  }
}

/** The bars: some of them are chosen by dragging, a click or the keyboard, and the search is narrowed to them. */
class BarsView extends View {
  static override properties = { ...View.properties, list: { attribute: false } };
  declare list: LiveList<LogRow>;
  readonly #source = lazy(() => new HistogramSource(this.app, this.list));
  /** Ranges that were narrowed, the last one last. */
  readonly #before: { readonly from: string; readonly to: string }[] = [];
  /** What one chooses among does not change meanwhile. */
  #held: Bars | undefined;
  #chosen: { readonly first: number; readonly last: number } | undefined;
  #dragging = false;

  constructor() {
    super();
    new Watch(this, () => [this.#source(), this.app.navigation]);
  }

  override render(): TemplateResult {
    const shown = this.#held ?? this.#source().answer;
    return html`<div class="nrp-items nrp-histogram-head">
        ${shown ? this.#legend(sumOf(shown.bars)) : nothing} ${this.#note(shown)}
        <span class="button-group nrp-histogram-range">${this.#rangeButtons()}</span>
      </div>
      ${shown ? this.#plot(shown) : html`<div class="nrp-histogram-plot"></div><div class="nrp-histogram-axis"></div>`}`;
  }

  /** What of an outcome its word alone does not tell. */
  #hint(outcome: Outcome): string | typeof nothing {
    return outcome === 'skipped' || outcome === 'waiting' ? this.t(`histogram.${outcome}Hint`) : nothing;
  }

  #legend(totals: Bar): readonly TemplateResult[] {
    return outcomes.map(
      (outcome) =>
        html`<span class="nrp-legend-entry" title=${this.#hint(outcome)}><i style="background:var(${colours[outcome]})" aria-hidden="true"></i>${this.#counted(outcome, totals)}</span>`,
    );
  }

  #counted(outcome: Outcome, bar: Bar): string {
    return this.t(`histogram.${outcome}`, { count: this.app.formats.count(bar[outcome]) });
  }

  #note(shown: Bars | undefined): TemplateResult | typeof nothing {
    if (this.#source().problem !== undefined)
      return html`<span class="nrp-error">${this.t('histogram.unread')}</span>`;
    if (!shown || shown.countedFrom === null) return nothing;
    return html`<span class="nrp-wrap">${this.t('histogram.counted', { time: this.#time(shown.countedFrom) })}</span>`;
  }

  #rangeButtons(): TemplateResult {
    const source = this.#source();
    const { from, to } = this.app.navigation.log.fields;
    const back = () => {
      const before = this.#before.pop();
      if (before) this.app.navigation.log.change(before);
      this.querySelector<HTMLElement>('.nrp-histogram-plot')?.focus();
    };
    return html`${this.#before.length > 0 && (from || to) ? wordButton({ icon: 'fa-undo', label: this.t('histogram.back'), act: back }) : nothing}
      ${
        from
          ? nothing
          : spans.map((span) =>
              wordButton({
                icon: '',
                label: this.t(`overview.${span.name}`),
                act: () => source.choose(span),
                pressed: source.span === span,
              }),
            )
      }`;
  }

  #plot(shown: Bars): TemplateResult {
    const { bars } = shown;
    const chosen = this.#chosen;
    const now = chosen?.last ?? bars.length - 1;
    const percent = (bar: number) => `${(100 * bar) / bars.length}%`;
    const range = chosen && [Math.min(chosen.first, chosen.last), Math.max(chosen.first, chosen.last)];
    const [first = 0, last = 0] = range ?? [];
    const uncounted = shown.countedFrom === null ? 0 : (shown.countedFrom - shown.from) / shown.step;
    return html`<div
        class="nrp-histogram-plot"
        role="slider"
        tabindex="0"
        aria-label=${this.t('histogram.plot')}
        aria-valuemin="1"
        aria-valuemax=${bars.length}
        aria-valuenow=${now + 1}
        aria-valuetext=${this.#words(shown, chosen?.first ?? now, now)}
        @pointerdown=${this.#pressed}
        @pointermove=${this.#moved}
        @pointerup=${this.#released}
        @pointercancel=${this.#letGo}
        @keydown=${this.#typed}
        @blur=${this.#letGo}
      >
        <svg viewBox="0 0 ${bars.length} ${height}" preserveAspectRatio="none" aria-hidden="true">${stacks(bars)}</svg>
        ${uncounted > 0 ? html`<i class="nrp-histogram-uncounted" style="width:${percent(uncounted)}"></i>` : nothing}
        ${range ? html`<i class="nrp-histogram-chosen" style="left:${percent(first)};width:${percent(last - first + 1)}"></i>` : nothing}
      </div>
      <div class="nrp-histogram-axis" aria-hidden="true">${chosen ? html`<b>${this.#words(shown, chosen.first, chosen.last)}</b>` : this.#marks(shown)}</div>`;
  }

  #marks(shown: Bars): readonly TemplateResult[] {
    const { from, to } = shown;
    const { pace, at } = marksOf(shown);
    return at.map(
      (mark) =>
        html`<span style="left:${(100 * (mark - from)) / (to - from)}%">${this.app.formats.mark(mark, pace)}</span>`,
    );
  }

  /** From when to when some of the bars are, and what they come to. */
  #words(shown: Bars, first: number, last: number): string {
    const { from, to } = edgesOf(shown, first, last);
    const [low, high] = [Math.min(first, last), Math.max(first, last)];
    const sum = sumOf(shown.bars.slice(low, high + 1));
    const counts = outcomes
      .filter((outcome) => sum[outcome] > 0)
      .map((outcome) => this.#counted(outcome, sum));
    const what = counts.join(', ') || this.t('histogram.nothing');
    return `${this.#time(from)} – ${this.#time(to)}: ${what}`;
  }

  #time(at: number): string {
    return this.app.formats.brief(new Date(at).toISOString(), Date.now());
  }

  #choose(first: number, last: number): void {
    this.#held ??= this.#source().answer;
    this.#chosen = { first, last };
    this.requestUpdate();
  }

  readonly #letGo = (): void => {
    this.#dragging = false;
    this.#held = undefined;
    this.#chosen = undefined;
    this.requestUpdate();
  };

  #barAt({ currentTarget, clientX }: PointerEvent, { bars }: Bars): number {
    const { left, width } = (currentTarget as Element).getBoundingClientRect();
    return Math.max(0, Math.min(Math.floor(((clientX - left) / width) * bars.length), bars.length - 1));
  }

  readonly #pressed = (event: PointerEvent): void => {
    const shown = this.#held ?? this.#source().answer;
    if (!shown || event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#dragging = true;
    const bar = this.#barAt(event, shown);
    this.#choose(bar, bar);
  };

  readonly #moved = (event: PointerEvent): void => {
    const shown = this.#held ?? this.#source().answer;
    if (!shown) return;
    const bar = this.#barAt(event, shown);
    (event.currentTarget as HTMLElement).title = this.#words(shown, bar, bar);
    if (this.#dragging && this.#chosen) this.#choose(this.#chosen.first, bar);
  };

  readonly #released = (): void => {
    if (!this.#dragging) return;
    this.#dragging = false;
    this.#narrow();
  };

  readonly #typed = (event: KeyboardEvent): void => {
    const shown = this.#held ?? this.#source().answer;
    if (!shown || event.ctrlKey || event.altKey || event.metaKey) return;
    const end = shown.bars.length - 1;
    const at = this.#chosen?.last ?? end + 1;
    const moves: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: end };
    const to = moves[event.key];
    if (to !== undefined) {
      const bar = Math.max(0, Math.min(to, end));
      this.#choose(event.shiftKey && this.#chosen ? this.#chosen.first : bar, bar);
    } else if (event.key === 'Enter' && this.#chosen) this.#narrow();
    else if (event.key === 'Escape' && this.#chosen) this.#letGo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Searches in the chosen bars only. */
  #narrow(): void {
    const shown = this.#held;
    const chosen = this.#chosen;
    this.#letGo();
    if (!shown || !chosen) return;
    const { log } = this.app.navigation;
    const { from, to } = edgesOf(shown, chosen.first, chosen.last);
    this.#before.push({ from: log.fields.from, to: log.fields.to });
    log.change({ from: localTime(from), to: localTime(to) });
    this.app.announcements.say(
      this.t('histogram.narrowed', { range: this.#words(shown, chosen.first, chosen.last) }),
    );
  }
}

/** Each bar from below: what succeeded, failed, was skipped, waits; a few are seen beside many. */
function stacks(bars: readonly Bar[]): readonly TemplateResult[] {
  const most = Math.max(1, ...bars.map((bar) => outcomes.reduce((sum, outcome) => sum + bar[outcome], 0)));
  return bars.flatMap((bar, at) => {
    let top = height;
    return outcomes.map((outcome) => {
      const size = bar[outcome] === 0 ? 0 : Math.max((bar[outcome] / most) * (height - 6), 2);
      top -= size;
      return size === 0
        ? svg``
        : svg`<rect x=${at + 0.08} y=${top} width="0.84" height=${size} style="fill:var(${colours[outcome]})"></rect>`;
    });
  });
}

define('nrp-bars', BarsView);
define('nrp-histogram', HistogramFold);
