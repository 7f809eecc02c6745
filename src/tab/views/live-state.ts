import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { ApiError } from '../data/api.ts';
import type { ListRow } from '../data/list-search.ts';
import type { LiveList } from '../data/live-list.ts';

/** How many new rows wait; where more do than are counted, that. */
export function waitingWords<Row extends ListRow>({ text, formats }: App, list: LiveList<Row>): string {
  const { waiting, waitingMore } = list;
  return text('live.waiting', { count: formats.count(waiting) + (waitingMore ? '+' : '') });
}

/**
 * How many new rows wait, as the button that lets them in, and whether the list is live.
 * @param letIn is told whether the keyboard did it
 */
export function liveState<Row extends ListRow>(
  app: App,
  list: LiveList<Row>,
  letIn: (byKeyboard: boolean) => void,
): TemplateResult {
  const { text } = app;
  return html`${
    list.waiting > 0
      ? html`<button
          type="button"
          class="nrp-let-in"
          title=${text('live.letIn')}
          @mousedown=${keepFocus}
          @click=${({ detail }: MouseEvent) => letIn(detail === 0)}
        ><i class="fa fa-arrow-up" aria-hidden="true"></i> ${waitingWords(app, list)}</button>`
      : nothing
  }<span>${stateWord(app, list)}</span>`;
}

/** Where Node-RED does not answer, nothing is live; what else is wrong with the list stands above it. */
function stateWord<Row extends ListRow>(
  { text, registries }: App,
  { paused, problem }: LiveList<Row>,
): string {
  const isLost = registries.lost || (problem instanceof ApiError && problem.lostConnection);
  if (isLost) return text('live.lost');
  return paused ? text('live.paused') : problem === undefined ? text('live.on') : '';
}

/** The button goes when it is pressed: the focus stays where it is. */
function keepFocus(event: Event): void {
  event.preventDefault();
}
