import uPlot from 'uplot';

export interface Line {
  readonly label: string;
  /** The editor's variable that gives the colour. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly filled: boolean;
}

export interface ChartData {
  /** Seconds since 1970. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** A moment on the axis of time. @param at ms since 1970 */
  readonly clock: (at: number) => string;
  /** Whether the last step is not over: the lines end before it, and its place is marked. */
  readonly open: boolean;
  /** A click on the chart, on the step that begins at this second. */
  readonly onPick: (at: number) => void;
}

const height = 110;
/** px between the lines of a hatch. */
const between = 5;

/** Draws lines over time into an element, in the editor's colours, as wide as the element is. */
export class Chart {
  readonly #place: HTMLElement;
  readonly #resized: ResizeObserver;
  readonly #themed: MutationObserver;
  #plot: uPlot | undefined;
  #data: ChartData | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#resized = new ResizeObserver(() => this.#fit());
    this.#resized.observe(place);
    this.#themed = new MutationObserver(() => this.#draw());
    this.#themed.observe(document.documentElement, { attributeFilter: ['class'] });
  }

  /** What it shows from now on, of the same lines as before. */
  show(data: ChartData): void {
    this.#data = data;
    if (this.#plot) this.#plot.setData(tableOf(data));
    else this.#draw();
  }

  destroy(): void {
    this.#resized.disconnect();
    this.#themed.disconnect();
    this.#plot?.destroy();
  }

  #fit(): void {
    const width = this.#place.clientWidth;
    if (width > 0 && this.#plot && this.#plot.width !== width) this.#plot.setSize({ width, height });
    else if (!this.#plot) this.#draw();
  }

  #draw(): void {
    const data = this.#data;
    const width = this.#place.clientWidth;
    if (!data || width === 0) return;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(data, width), tableOf(data), this.#place);
  }

  /** Hatches the place of the step that is not over. */
  #markOpen(plot: uPlot, colour: string): void {
    const [before, last] = this.#data?.at.slice(-2) ?? [];
    if (!this.#data?.open || before === undefined || last === undefined) return;
    const { ctx, bbox } = plot;
    const [left, right] = [before, last].map((at) => plot.valToPos(at, 'x', true)) as [number, number];
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += between * devicePixelRatio) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.stroke();
    ctx.restore();
  }

  #options(data: ChartData, width: number): uPlot.Options {
    const colour = (name: string) => getComputedStyle(this.#place).getPropertyValue(name).trim();
    const axis: uPlot.Axis = {
      stroke: colour('--red-ui-primary-text-color'),
      font: `11px ${colour('--red-ui-primary-font')}`,
      grid: { stroke: colour('--red-ui-secondary-border-color'), width: 1 },
      ticks: { show: false },
    };
    return {
      width,
      height,
      padding: [8, 30, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      legend: { show: false },
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 1) * 1.15)] } },
      axes: [
        {
          ...axis,
          size: 26,
          gap: 7,
          space: 60,
          values: (_plot, at) => at.map((second) => data.clock(second * 1000)),
        },
        {
          ...axis,
          size: 44,
          gap: 3,
          space: 28,
          values: (_plot, values) => values.map((value) => data.format(value)),
        },
      ],
      series: [
        {},
        ...data.lines.map(({ label, colour: name, filled }) => {
          const stroke = colour(name);
          return {
            label,
            stroke,
            width: 1.5,
            // A value between two gaps has no line.
            points: { show: !filled, size: 3 },
            ...(filled && { fill: `color-mix(in srgb, ${stroke} 25%, transparent)` }),
          };
        }),
      ],
      hooks: {
        drawClear: [(plot) => this.#markOpen(plot, colour('--red-ui-secondary-border-color'))],
        ready: [
          (plot) => {
            plot.over.addEventListener('click', () => {
              const at = this.#data?.at[plot.cursor.idx ?? -1];
              if (at !== undefined) this.#data?.onPick(at);
            });
          },
        ],
      },
    };
  }
}

function tableOf({ at, lines }: ChartData): uPlot.AlignedData {
  return [[...at], ...lines.map(({ values }) => [...values])];
}
