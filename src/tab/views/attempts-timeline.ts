import { html, nothing, type TemplateResult } from 'lit';
import type { ExecutionDetails } from '../../engine/words/admin-answers.ts';
import { causeOf } from '../../engine/words/cause.ts';
import type { AttemptRow } from '../../engine/words/execution.ts';
import type { App } from '../app.ts';
import { indented, oneLine, visible } from '../text/visible.ts';
import { curlButton } from './curl-button.ts';
import { whatItWaitsFor } from './marks.ts';
import { facts, headersTable, textBlock, time } from './sections.ts';

/** The attempts of an execution, oldest first, each with what came of it, and when the next one is due. */
export function attemptsTimeline(app: App, details: ExecutionDetails): TemplateResult {
  const { attemptList } = details;
  return html`<ol class="nrp-timeline">
    ${attemptList.map((_, index) => entry(app, details, index))}
    ${
      details.parkedFor
        ? html`<li class="nrp-next nrp-items nrp-muted"><i class="fa fa-clock-o" aria-hidden="true"></i>
            <span class="nrp-wrap">${whatItWaitsFor(app, details)}</span></li>`
        : nothing
    }
  </ol>`;
}

/** Whether this attempt is the one that the execution has succeeded with. */
export function hasSucceeded({ status, attempts }: ExecutionDetails, { attempt }: AttemptRow): boolean {
  return status === 'succeeded' && attempt === attempts;
}

function entry(app: App, details: ExecutionDetails, index: number): TemplateResult | typeof nothing {
  const attempt = details.attemptList[index];
  if (!attempt) return nothing;
  const before = details.attemptList[index - 1];
  const good = hasSucceeded(details, attempt);
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
      <div class="nrp-actions">${curlButton(app, details, attempt, text('attempt.copyCurl', { number: attempt.attempt }))}</div>
      ${sentElsewise(app, details, attempt)}
      ${headersTable(text('execution.sentHeaders'), attempt.requestHeaders)}
      ${headersTable(text('execution.receivedHeaders'), attempt.responseHeaders)}
      ${error === null ? nothing : textBlock(text('execution.error'), visible(causeOf(attempt) ?? ''), 'nrp-error')}
      ${response === null ? nothing : textBlock(text('execution.response'), indented(response))}
    </details>
  </li>`;
}

/** Whom it called and the body that it sent, where these are not those of the last attempt: they stand below. */
function sentElsewise(
  { text }: App,
  details: ExecutionDetails,
  { target, sentBody, requestHeaders }: AttemptRow,
): TemplateResult {
  const isKnown = Object.keys(requestHeaders).length > 0 || sentBody !== null;
  const body = sentBody === '' ? text('execution.noBody') : indented(sentBody ?? details.request);
  return html`${target === null || target === details.target ? nothing : facts([[text('execution.target'), visible(target)]])}
    ${isKnown && sentBody !== details.sentBody ? textBlock(text('execution.sentBody'), body) : nothing}`;
}
