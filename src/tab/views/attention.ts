import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { failedOrWaiting } from '../data/filters.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import type { ApiHandler } from '../data/shapes.ts';
import { isShown } from '../data/shown-registries.ts';
import { troubled } from '../data/troubled-handlers.ts';
import { nameOf, oneLine } from '../text/visible.ts';
import { sequelNote } from './circuit-sequel.ts';
import { handlerHealth } from './handler-health.ts';
import { handlerNote } from './handler-note.ts';
import { circuitFacts } from './marks.ts';

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
              <button type="button" class="nrp-link nrp-name" @click=${() => navigation.showExecutions({ handler: row.id, status: failedOrWaiting })}>
                ${nameOf(row)}
              </button>
              ${row.standing === 'refused' ? html`<span class="nrp-error">${text('mark.refused')}</span>` : nothing}
              ${handlerHealth(app, handlers, row)} ${why(app, row)}
              ${handlerNote(app, handlers, row)} ${sequelNote(app, handlers, row)}
            </li>`,
          )}</ul>`
    }
  </section>`;
}

/** Why it needs attention: what fails, since when, and when it is tried next, as far as that is known. */
function why(app: App, { deployed, standing }: HandlerRow): TemplateResult | typeof nothing {
  if (!deployed) return nothing;
  if (standing === 'refused') return whyLine(deployed.refused ?? '', []);
  const { circuit, lastError } = deployed;
  if (circuit.state === 'closed') return whyLine(lastError ?? '', failureFacts(app, deployed));
  return whyLine(circuit.error ?? lastError ?? '', circuitFacts(app, { ...circuit, error: null }));
}

function failureFacts({ text, formats }: App, handler: ApiHandler): readonly string[] {
  const { lastError, lastErrorAt, lastSuccessAt, nextAttemptAt, parked } = handler;
  const fact = (name: string, at: string | null) =>
    at === null ? '' : text(`why.${name}`, { time: formats.absolute(at) });
  const awaited = parked && nextAttemptAt !== null && Date.parse(nextAttemptAt) > Date.now();
  return [
    fact('failed', lastErrorAt),
    lastError === null ? '' : fact('succeeded', lastSuccessAt),
    awaited ? fact('next', nextAttemptAt) : '',
  ].filter(Boolean);
}

function whyLine(cause: string, facts: readonly string[]): TemplateResult | typeof nothing {
  if (cause === '' && facts.length === 0) return nothing;
  return html`<p class="nrp-why nrp-wrap">
    ${cause === '' ? nothing : html`<span class="nrp-error">${oneLine(cause)}</span>`}
    <span class="nrp-muted">${facts.join(' ')}</span>
  </p>`;
}
