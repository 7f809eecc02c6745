import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { RememberedFilter } from '../data/remembered-filter.ts';
import { showExamples } from '../editor/examples.ts';
import { showFirstFlow } from '../editor/tour.ts';
import { problemOf } from './notices.ts';
import { problemNote, waitNote, wordButton } from './parts.ts';

/** What stands where rows would: why there are none, and what to do. */
export function emptyState(
  icon: string,
  title: string,
  words: string,
  ...buttons: readonly (TemplateResult | typeof nothing)[]
): TemplateResult {
  return html`<div class="nrp-empty">
    <i class="fa ${icon}" aria-hidden="true"></i>
    <p class="nrp-strong">${title}</p>
    <p>${words}</p>
    <p class="nrp-actions">${buttons}</p>
  </div>`;
}

/** What is said of a source beside its answer: that it is awaited, or why it could not be read. */
export function sourceNote(
  app: App,
  { answer, problem }: { readonly answer: unknown; readonly problem: unknown },
): TemplateResult | typeof nothing {
  if (problem === undefined) return answer === undefined ? waitNote(app.text('loading')) : nothing;
  // That nothing is read while Node-RED does not answer, the tab says for all that it shows.
  return answer !== undefined && app.registries.lost ? nothing : problemNote(problemOf(app, problem));
}

/** There are rows, but the search finds none. */
export function noneFound<F extends object>(
  { text }: App,
  filter: RememberedFilter<F>,
  why = text('empty.search.text'),
): TemplateResult {
  return emptyState(
    'fa-search',
    text('empty.search.title'),
    why,
    wordButton({ icon: 'fa-times', label: text('search.clear'), act: () => filter.clear() }),
  );
}

export function examplesButton({ text, hasFlows }: App, primary = false): TemplateResult | typeof nothing {
  if (!hasFlows) return nothing;
  return wordButton({ icon: 'fa-download', label: text('button.examples'), act: showExamples, primary });
}

/** The tour is the editor's. */
export function firstFlowButton({ text, hasFlows }: App): TemplateResult | typeof nothing {
  if (!hasFlows) return nothing;
  return wordButton({ icon: 'fa-map-signs', label: text('button.firstFlow'), act: showFirstFlow });
}

export function retryButton({ text }: App, retry: () => Promise<void>): TemplateResult {
  return wordButton({ icon: 'fa-refresh', label: text('button.retry'), act: () => void retry() });
}

/** It could not be read. */
export function failedState(app: App, problem: string, retry: () => Promise<void>): TemplateResult {
  return emptyState('fa-exclamation-triangle', app.text('failed.title'), problem, retryButton(app, retry));
}
