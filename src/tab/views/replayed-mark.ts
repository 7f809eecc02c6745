import { html, nothing, type TemplateResult } from 'lit';
import type { ExecutionRow } from '../../engine/words/execution.ts';
import type { App } from '../app.ts';
import { executionMark, executionWord } from './marks.ts';

type Replaced = Parameters<typeof executionMark>[1] & Pick<ExecutionRow, 'replayedAs'>;

/** An execution's mark in a list: once it was replayed, what has become of that is what counts. */
export function listedMark(app: App, registry: string, execution: Replaced): TemplateResult {
  const replayed = replayedMark(app, registry, execution);
  return replayed === nothing
    ? executionMark(app, execution)
    : html`<span class="nrp-replaced">${executionMark(app, execution)}${replayed}</span>`;
}

/** The words of such a mark. */
export function listedWord(app: App, execution: Replaced): string {
  return execution.replayedAs ? replayedWord(app, execution.replayedAs) : executionWord(app, execution);
}

/** What has become of an execution's replay, with a way to it. */
export function replayedMark(
  app: App,
  registry: string,
  { replayedAs }: Pick<ExecutionRow, 'replayedAs'>,
): TemplateResult | typeof nothing {
  if (!replayedAs) return nothing;
  const { id, status } = replayedAs;
  const words = replayedWord(app, replayedAs);
  const values = { status: app.text(`status.${status}`) };
  // Until its turn comes there is nothing to open.
  if (status === 'pending') return html`<span class="nrp-muted">${words}</span>`;
  const open = (event: MouseEvent) => {
    event.stopPropagation();
    app.details.execution(registry, id);
  };
  return html`<button
    type="button"
    class="nrp-link nrp-replayed"
    aria-label=${words}
    title=${app.text('replay.open', { id })}
    @click=${open}
  ><span class="nrp-long">${words}</span><span class="nrp-short">${app.text('replay.markBrief', values)}</span></button>`;
}

function replayedWord({ text }: App, { status }: NonNullable<ExecutionRow['replayedAs']>): string {
  return text('replay.mark', { status: text(`status.${status}`) });
}
