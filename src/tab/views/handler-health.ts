import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { Handlers } from '../data/handlers.ts';
import type { HandlerRow } from '../editor/handler-rows.ts';
import { oneLine, visible } from '../text/visible.ts';
import { iconButton } from './parts.ts';
import { telling } from './problems.ts';

/** How a handler has been doing in the last hour, each figure a way to the executions behind it. */
export function handlerHealth(
  app: App,
  handlers: Handlers,
  row: HandlerRow,
): TemplateResult | typeof nothing {
  const { deployed } = row;
  if (!deployed) return nothing;
  const { text, formats, navigation } = app;
  const { successRate, p95Ms, parked, lastError } = deployed;
  const show = (status: string) => () => navigation.showExecutions({ handler: row.id, status });
  const figure = (word: string, hint: string, act: () => void, tone = '') =>
    html`<button type="button" class="nrp-link nrp-figure ${tone}" title=${hint} @click=${act}>${word}</button>`;
  return html`<span class="nrp-health">
    ${successRate === null && !parked && !lastError ? html`<span class="nrp-muted">${text('health.none')}</span>` : nothing}
    ${
      successRate === null
        ? nothing
        : figure(
            text('health.rate', { rate: formats.percent(successRate) }),
            lastError && successRate < 1
              ? text('health.lastError', { error: oneLine(lastError) })
              : text('health.rateHint'),
            show(successRate < 1 ? 'failed' : ''),
            successRate < 0.9 ? 'nrp-figure-bad' : '',
          )
    }
    ${p95Ms === null ? nothing : html`<span title=${text('health.p95Hint')}>${text('health.p95', { time: formats.duration(p95Ms) })}</span>`}
    ${parked ? figure(text('health.parked', { count: formats.count(parked) }), text('health.parkedHint'), show('parked')) : nothing}
    ${circuit(app, handlers, row)}
  </span>`;
}

function circuit(app: App, handlers: Handlers, row: HandlerRow): TemplateResult | typeof nothing {
  const { state, since, error } = row.deployed?.circuit ?? { state: 'closed', since: null, error: null };
  if (state === 'closed') return nothing;
  const { text, formats, mayWrite } = app;
  const hint = [
    text(`circuit.hint.${state}`),
    since ? formats.absolute(since) : '',
    error ? visible(error) : '',
  ];
  const close = () =>
    void telling(app, async () => {
      await handlers.closeCircuit(row);
      app.announcements.say(text('circuit.closeDone', { name: visible(row.name || row.id) }));
    });
  return html`<span class="nrp-mark nrp-bad" title=${hint.filter(Boolean).join('\n')}
      ><i class="fa fa-chain-broken" aria-hidden="true"></i> <span>${text(`circuit.${state}`)}</span></span
    >${mayWrite ? iconButton({ icon: 'fa-link', label: text('circuit.close'), act: close }) : nothing}`;
}
