import { html, type TemplateResult } from 'lit';
import type { App } from '../app.ts';

/** What something is to be done with: the conditions of a search. @param all what is said where there are none */
export function filterWords(
  { text }: App,
  conditions: readonly string[],
  all = text('bulk.all'),
): TemplateResult {
  return html`<section class="nrp-what">
    <h4>${text('bulk.what')}</h4>
    ${
      conditions.length === 0
        ? html`<p>${all}</p>`
        : html`<ul>${conditions.map((condition) => html`<li class="nrp-wrap">${condition}</li>`)}</ul>`
    }
  </section>`;
}
