import { html, nothing, type TemplateResult } from 'lit';
import { Chart, type ChartData } from '../charts/chart.ts';
import { define, View } from './view.ts';

export interface Figure extends ChartData {
  readonly heading: string;
  /** What is drawn, told in words. */
  readonly words: string;
  /** What one should know of it. */
  readonly note?: string | undefined;
}

/** A chart with its legend. */
export class ChartView extends View {
  static override properties = { ...View.properties, figure: { attribute: false } };
  declare figure: Figure;
  #chart: Chart | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  override render(): TemplateResult {
    const { heading, words, note, lines } = this.figure;
    return html`<figure class="nrp-chart">
      <figcaption class="nrp-items">
        <span class="nrp-strong">${heading}</span>
        ${lines.map(
          ({ label, colour }) =>
            html`<span class="nrp-legend-entry"><i style="background:var(${colour})" aria-hidden="true"></i>${label}</span>`,
        )}
        ${note ? html`<span class="nrp-muted">${note}</span>` : nothing}
      </figcaption>
      <div class="nrp-plot" role="img" aria-label=${`${heading}: ${words}`}></div>
    </figure>`;
  }

  override updated(): void {
    const place = this.querySelector<HTMLElement>('.nrp-plot');
    if (!place) return;
    this.#chart ??= new Chart(place);
    this.#chart.show(this.figure);
  }
}

define('nrp-chart', ChartView);
