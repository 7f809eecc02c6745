import { html, type TemplateResult } from 'lit';
import type { App } from '../app.ts';

/** How many a second at most; 0, or nothing, for no bound. */
export function rateField({ text }: App, rate: number, change: (rate: number) => void): TemplateResult {
  return html`<label class="nrp-field nrp-rate"><span>${text('bulk.rate')}</span>
    <input
      type="number"
      min="0"
      max="1000000"
      step="any"
      placeholder=${text('bulk.noBound')}
      .value=${rate === 0 ? '' : String(rate)}
      @input=${({ target }: Event) => change(Math.max(0, Number((target as HTMLInputElement).value) || 0))}
    />
  </label>`;
}
