import { html, nothing, svg, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { FailureRow, FailureSource, Failures } from '../data/failures.ts';
import { localTime, queryOf } from '../data/filters.ts';
import { showsSeveral } from '../data/shown-registries.ts';
import { nameOf, oneLine, visible } from '../text/visible.ts';
import { wordButton } from './parts.ts';
import { showReplay } from './replay-dialog.ts';

/** What fails most, and why: each group is a way to the executions that it counts, and to those that are open. */
export function failureGroups(app: App, failures: FailureSource): TemplateResult | typeof nothing {
  const { answer } = failures;
  if (!answer) return nothing;
  const { text } = app;
  return html`<section class="nrp-failures">
    <h4>${text('failures.title')}</h4>
    ${
      answer.rows.length === 0
        ? html`<p class="nrp-muted"><i class="fa fa-check-circle nrp-good" aria-hidden="true"></i> ${text('failures.none')}</p>`
        : html`<ul>${answer.rows.map((row) => group(app, answer, row))}</ul>`
    }
    ${answer.complete ? nothing : html`<p class="nrp-muted">${text('failures.more')}</p>`}
  </section>`;
}

function group(app: App, { range }: Failures, row: FailureRow): TemplateResult {
  const { text, formats, navigation, registries, mayWrite } = app;
  const { handler, kind, sample, count, unresolved, waiting, first, last, registry } = row;
  const [from, to] = [localTime(range.from), localTime(range.to)];
  const show = (status: string) => () =>
    navigation.showExecutions({ handler: handler.id, kind, status, from, to });
  const link = (word: string, number: number, status: string) =>
    number === 0
      ? nothing
      : html`<button type="button" class="nrp-link" title=${text(`failures.${word}Hint`)} @click=${show(status)}>
          ${text(`failures.${word}`, { count: formats.count(number) })}
        </button>`;
  const name = nameOf(handler);
  const open = { handler: handler.id, kind, status: 'unresolved', from, to };
  const replay = () =>
    showReplay(app, {
      query: queryOf(open),
      conditions: [
        `${text('column.handler')}: ${name}`,
        `${text('failures.kind')}: ${visible(kind)}`,
        `${text('search.from')}: ${formats.absolute(new Date(range.from).toISOString())}`,
      ],
      registries: [registry],
    });
  const now = Date.now();
  const when = text('failures.when', {
    first: formats.relative(first, now),
    last: formats.relative(last, now),
  });
  return html`<li>
    <div class="nrp-failure-head">
      <span class="nrp-failure-kind nrp-wrap"><strong>${visible(kind)}</strong></span>
      ${sparkline(text('failures.course', { name, kind: visible(kind), count }), row.perStep)}
    </div>
    <div class="nrp-items nrp-failure-counts">
      <button type="button" class="nrp-link nrp-name" title=${text('failures.handlerHint')} @click=${() => navigation.showExecutions({ handler: handler.id })}>${name}</button>
      ${showsSeveral(app) ? html`<span class="nrp-muted">${visible(registries.nameOf(registry))}</span>` : nothing}
      ${link('count', count, '')} ${link('unresolved', unresolved, 'unresolved')} ${link('waiting', waiting, 'parked')}
      <span class="nrp-muted" title=${`${formats.absolute(first)} – ${formats.absolute(last)}`}>${when}</span>
      ${mayWrite && unresolved > 0 ? wordButton({ icon: 'fa-history', label: text('log.replay'), act: replay }) : nothing}
    </div>
    ${sample === kind ? nothing : html`<p class="nrp-why nrp-muted nrp-wrap">${oneLine(sample)}</p>`}
  </li>`;
}

const height = 18;
const width = 96;

/** How many there were over time: a bar a step. */
function sparkline(words: string, values: readonly number[]): TemplateResult {
  const highest = Math.max(1, ...values);
  const step = width / Math.max(1, values.length);
  const bars = values.map((value, at) => {
    const size = value === 0 ? 0 : Math.max(1.5, (value / highest) * height);
    return svg`<rect x=${at * step} y=${height - size} width=${Math.max(step * 0.8, 0.8)} height=${size}></rect>`;
  });
  return html`<svg class="nrp-spark" role="img" aria-label=${words} viewBox="0 0 ${width} ${height}" width=${width} height=${height} preserveAspectRatio="none">${bars}</svg>`;
}
