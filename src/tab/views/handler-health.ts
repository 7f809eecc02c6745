import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { failedOrWaiting } from '../data/filters.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import type { ApiHandler } from '../data/shapes.ts';
import { oneLine } from '../text/visible.ts';
import { closeCircuit } from './circuit-sequel.ts';
import { circuitFacts, mark } from './marks.ts';
import { iconButton } from './parts.ts';

/** How a handler has been doing in the last hour, each figure a way to the executions behind it. */
export function handlerHealth(
  app: App,
  handlers: Handlers,
  row: HandlerRow,
): TemplateResult | typeof nothing {
  if (!row.deployed) return nothing;
  const { none, rate, p95, parked } = wordsOf(app, row.deployed);
  const { text, navigation } = app;
  const { lastError, successRate: known } = row.deployed;
  const successRate = known ?? 1;
  const figure = (word: string, status: string, hint: string, tone = '') => {
    const show = () => navigation.showExecutions({ handler: row.id, status });
    return html`<button type="button" class="nrp-link ${tone}" title=${hint} @click=${show}>${word}</button>`;
  };
  const rateHint =
    lastError && successRate < 1
      ? text('health.lastError', { error: oneLine(lastError) })
      : text('health.rateHint');
  return html`<span class="nrp-health nrp-items">
    ${none && html`<span class="nrp-muted">${none}</span>`}
    ${rate && figure(rate, successRate < 1 ? failedOrWaiting : '', rateHint, successRate < 0.9 ? 'nrp-error' : '')}
    ${p95 && html`<span class="nrp-p95" title=${text('health.p95Hint')}>${p95}</span>`}
    ${parked && figure(parked, 'parked', text('health.parkedHint'))}
    ${circuit(app, handlers, row)}
  </span>`;
}

/** What stands in a row's health, as one text: in brief without what it took. */
export function healthText(app: App, { deployed }: HandlerRow, length?: 'brief'): string {
  if (!deployed) return '';
  const { none, rate, p95, parked, circuit } = wordsOf(app, deployed);
  return [none, rate, length === 'brief' ? '' : p95, parked, circuit].filter(Boolean).join('  ');
}

/** What is said of a handler's last hour; '' where there is nothing to say. */
function wordsOf({ text, formats }: App, { successRate, p95Ms, parked, lastError, circuit }: ApiHandler) {
  return {
    none: successRate === null && !parked && !lastError ? text('health.none') : '',
    rate: successRate === null ? '' : text('health.rate', { rate: formats.percent(successRate) }),
    p95: p95Ms === null ? '' : text('health.p95', { time: formats.duration(p95Ms) }),
    parked: parked ? text('health.parked', { count: formats.count(parked) }) : '',
    circuit: circuit.state === 'closed' ? '' : text(`circuit.${circuit.state}`),
  };
}

function circuit(app: App, handlers: Handlers, row: HandlerRow): TemplateResult | typeof nothing {
  if (!row.deployed || row.deployed.circuit.state === 'closed') return nothing;
  const { state } = row.deployed.circuit;
  const { text, mayWrite } = app;
  const hint = [text(`circuit.hint.${state}`), ...circuitFacts(app, row.deployed.circuit)];
  const close = () => void closeCircuit(app, handlers, row);
  return html`${mark(['fa-chain-broken', 'bad'], text(`circuit.${state}`), hint.join('\n'))}${
    mayWrite ? iconButton({ icon: 'fa-link', label: text('circuit.close'), act: close }) : nothing
  }`;
}
