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
  /** A click on the chart, on the step that begins at this second. */
  readonly onPick: (at: number) => void;
}

const height = 110;

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

  show(data: ChartData): void {
    const same =
      this.#data?.lines.map(({ label }) => label).join() === data.lines.map(({ label }) => label).join();
    this.#data = data;
    if (this.#plot && same) this.#plot.setData(tableOf(data));
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
        { ...axis, size: 26, gap: 7, space: 60, values: (_plot, at) => at.map((second) => clock(second)) },
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

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function clock(second: number): string {
  return clockFormat.format(second * 1000);
}
