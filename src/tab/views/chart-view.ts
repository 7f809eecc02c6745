import { html, nothing, type TemplateResult } from 'lit';
import { Chart, type ChartData } from '../charts/chart.ts';
import { define, View } from './view.ts';

/** A chart with its legend; what it shows is told in words as well. */
export class ChartView extends View {
  static override properties = {
    ...View.properties,
    data: { attribute: false },
    heading: {},
    words: {},
    note: {},
  };
  declare data: ChartData;
  declare heading: string;
  declare words: string;
  /** What one should know of what is drawn. */
  declare note: string | undefined;
  #chart: Chart | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  override render(): TemplateResult {
    return html`<figure class="nrp-chart">
      <figcaption>
        <span>${this.heading}</span>
        ${this.data.lines.map(
          ({ label, colour }) =>
            html`<span class="nrp-legend-entry"><i style="background:var(${colour})" aria-hidden="true"></i>${label}</span>`,
        )}
        ${this.note ? html`<span class="nrp-muted">${this.note}</span>` : nothing}
      </figcaption>
      <div class="nrp-plot" role="img" aria-label=${`${this.heading}: ${this.words}`}></div>
    </figure>`;
  }

  override updated(): void {
    const place = this.querySelector<HTMLElement>('.nrp-plot');
    if (!place) return;
    this.#chart ??= new Chart(place);
    this.#chart.show(this.data);
  }
}

define('nrp-chart', ChartView);
