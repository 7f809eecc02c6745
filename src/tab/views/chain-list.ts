import { html, nothing, type TemplateResult } from 'lit';
import { causeOf } from '../../engine/words/cause.ts';
import type { ExecutionRow } from '../../engine/words/execution.ts';
import type { App } from '../app.ts';
import { nameOf, oneLine } from '../text/visible.ts';
import { executionMark, whyMissing } from './marks.ts';
import { replayedMark } from './replayed-mark.ts';

/** The executions of one event, in the order of its chain; each is a way to its details. */
export function chainList(app: App, registry: string, executions: readonly ExecutionRow[]): TemplateResult {
  const { text, formats } = app;
  return html`<ol class="nrp-chain">
    ${executions.map((execution) => {
      const { id, seq, handler, status, durationMs, attempts, response, replayOf } = execution;
      const name = nameOf(handler);
      const notes = [
        durationMs === null ? '' : formats.duration(durationMs),
        attempts > 1 ? text('execution.attempts', { count: attempts }) : '',
        replayOf === null ? '' : text('execution.isReplay'),
        execution.passedBy
          ? text('condition.notMet')
          : (whyMissing(app, execution) ??
            oneLine(causeOf(execution) ?? execution.circuit?.error ?? response ?? '', 120)),
      ].filter(Boolean);
      // Its turn has not come: there is nothing to open yet.
      const pending = status === 'pending';
      return html`<li class="nrp-items">
        ${executionMark(app, execution)} ${replayedMark(app, registry, execution)}
        ${
          pending
            ? html`<span>${name}</span>`
            : html`<button
                type="button"
                class="nrp-link"
                aria-label=${text('executions.open', { id: seq })}
                title=${id}
                @click=${() => app.details.execution(registry, id)}
              >${name}</button>`
        }
        ${notes.length > 0 ? html`<span class="nrp-muted nrp-wrap">${notes.join(' · ')}</span>` : nothing}
      </li>`;
    })}
  </ol>`;
}
