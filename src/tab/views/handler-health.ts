import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import { oneLine, visible } from '../text/visible.ts';
import { iconButton } from './parts.ts';
import { telling } from './problems.ts';

/** What is said of a handler's last hour; null where there is nothing to say. */
interface Words {
  readonly none: string | null;
  readonly rate: string | null;
  readonly p95: string | null;
  readonly parked: string | null;
  readonly circuit: string | null;
}

/** How a handler has been doing in the last hour, each figure a way to the executions behind it. */
export function handlerHealth(
  app: App,
  handlers: Handlers,
  row: HandlerRow,
): TemplateResult | typeof nothing {
  const words = wordsOf(app, row);
  if (!words || !row.deployed) return nothing;
  const { text, navigation } = app;
  const { lastError } = row.deployed;
  const successRate = row.deployed.successRate ?? 1;
  const show = (status: string) => () => navigation.showExecutions({ handler: row.id, status });
  const figure = (word: string, hint: string, act: () => void, tone = '') =>
    html`<button type="button" class="nrp-link nrp-figure ${tone}" title=${hint} @click=${act}>${word}</button>`;
  const rateHint =
    lastError && successRate < 1
      ? text('health.lastError', { error: oneLine(lastError) })
      : text('health.rateHint');
  return html`<span class="nrp-health">
    ${words.none === null ? nothing : html`<span class="nrp-muted">${words.none}</span>`}
    ${
      words.rate === null
        ? nothing
        : figure(
            words.rate,
            rateHint,
            show(successRate < 1 ? 'failed' : ''),
            successRate < 0.9 ? 'nrp-figure-bad' : '',
          )
    }
    ${words.p95 === null ? nothing : html`<span class="nrp-p95" title=${text('health.p95Hint')}>${words.p95}</span>`}
    ${words.parked === null ? nothing : figure(words.parked, text('health.parkedHint'), show('parked'))}
    ${circuit(app, handlers, row)}
  </span>`;
}

/** What stands in a row's health, as one text: in brief without what it took. */
export function healthTexts(app: App, row: HandlerRow): Record<'health' | 'briefHealth', string> {
  const words = wordsOf(app, row);
  const joined = (all: object) =>
    Object.values(all)
      .filter((word) => word !== null)
      .join('  ');
  return { health: joined({ ...words }), briefHealth: joined({ ...words, p95: null }) };
}

function wordsOf({ text, formats }: App, { deployed }: HandlerRow): Words | undefined {
  if (!deployed) return undefined;
  const { successRate, p95Ms, parked, lastError, circuit } = deployed;
  return {
    none: successRate === null && !parked && !lastError ? text('health.none') : null,
    rate: successRate === null ? null : text('health.rate', { rate: formats.percent(successRate) }),
    p95: p95Ms === null ? null : text('health.p95', { time: formats.duration(p95Ms) }),
    parked: parked ? text('health.parked', { count: formats.count(parked) }) : null,
    circuit: circuit.state === 'closed' ? null : text(`circuit.${circuit.state}`),
  };
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
