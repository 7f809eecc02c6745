import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { Handlers } from '../data/handlers.ts';
import { isShown } from '../data/shown-registries.ts';
import { troubled } from '../data/troubled-handlers.ts';
import { nameOf } from '../text/visible.ts';
import { overrideNote } from './handler-flag.ts';
import { handlerHealth } from './handler-health.ts';

/** The handlers somebody should look at; each figure leads to the executions behind it. */
export function attention(app: App, handlers: Handlers): TemplateResult | typeof nothing {
  if (!handlers.answer) return nothing;
  const { text, navigation } = app;
  const rows = troubled(handlers.rows.filter((row) => isShown(app, row)));
  return html`<section class="nrp-attention">
    <h4>${text('attention.title')}</h4>
    ${
      rows.length === 0
        ? html`<p class="nrp-muted"><i class="fa fa-check-circle nrp-good" aria-hidden="true"></i> ${text('attention.none')}</p>`
        : html`<ul>${rows.map(
            (row) => html`<li>
              <button type="button" class="nrp-link nrp-name" @click=${() => navigation.showExecutions({ handler: row.id })}>
                ${nameOf(row)}
              </button>
              ${row.standing === 'refused' ? html`<span class="nrp-error">${text('mark.refused')}</span>` : nothing}
              ${handlerHealth(app, handlers, row)} ${overrideNote(app, handlers, row)}
            </li>`,
          )}</ul>`
    }
  </section>`;
}
