import { html, nothing, type TemplateResult } from 'lit';
import type { ExecutionDetails } from '../../engine/words/answers.ts';
import { causeOf } from '../../engine/words/cause.ts';
import type { AttemptRow } from '../../engine/words/execution.ts';
import type { App } from '../app.ts';
import { indented, oneLine, visible } from '../text/visible.ts';
import { whatItWaitsFor } from './marks.ts';
import { headersTable, textBlock, time } from './sections.ts';

/** The attempts of an execution, oldest first, each with what came of it, and when the next one is due. */
export function attemptsTimeline(app: App, details: ExecutionDetails): TemplateResult {
  const { attemptList } = details;
  return html`<ol class="nrp-timeline">
    ${attemptList.map((attempt, index) => entry(app, attempt, attemptList[index - 1], succeeded(details, attempt)))}
    ${
      details.parkedFor
        ? html`<li class="nrp-next nrp-items nrp-muted"><i class="fa fa-clock-o" aria-hidden="true"></i>
            <span class="nrp-wrap">${whatItWaitsFor(app, details)}</span></li>`
        : nothing
    }
  </ol>`;
}

function succeeded({ status, attempts }: ExecutionDetails, { attempt }: AttemptRow): boolean {
  return status === 'succeeded' && attempt === attempts;
}

function entry(app: App, attempt: AttemptRow, before: AttemptRow | undefined, good: boolean): TemplateResult {
  const { text, formats } = app;
  const { startedAt, durationMs, code, error, response } = attempt;
  // The clocks of two instances may differ.
  const pause =
    before && Math.max(0, Date.parse(startedAt) - Date.parse(before.startedAt) - before.durationMs);
  const cause = oneLine(causeOf(attempt) ?? '', 120);
  const told = code === null || cause.startsWith(`${code} · `) ? '' : text('attempt.code', { code });
  const answer = [told, cause].filter(Boolean);
  return html`<li>
    <details>
      <summary class="nrp-items">
        <i class="fa ${good ? 'fa-check-circle nrp-good' : 'fa-times-circle nrp-bad'}" aria-hidden="true"></i>
        <span class="nrp-strong">${text('attempt.number', { number: attempt.attempt })}</span>
        <span>${text(good ? 'status.succeeded' : 'status.failed')}</span>
        ${time(app, startedAt)}
        <span>${formats.duration(durationMs)}</span>
        ${pause === undefined ? nothing : html`<span class="nrp-muted">${text('attempt.after', { time: formats.duration(pause) })}</span>`}
        <span class="nrp-wrap">${answer.join(' · ')}</span>
      </summary>
      ${headersTable(text('execution.sentHeaders'), attempt.requestHeaders)}
      ${headersTable(text('execution.receivedHeaders'), attempt.responseHeaders)}
      ${error === null ? nothing : textBlock(text('execution.error'), visible(causeOf(attempt) ?? ''), 'nrp-error')}
      ${response === null ? nothing : textBlock(text('execution.response'), indented(response))}
    </details>
  </li>`;
}
