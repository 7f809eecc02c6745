import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { LiveList } from '../data/live-list.ts';
import type { LogName } from '../data/live-log.ts';
import type { RememberedFilter } from '../data/remembered-filter.ts';
import type { ListRow } from '../data/row-merging.ts';
import { emptyState, examplesButton, failedState, noneFound } from './empty-state.ts';
import { problemOf } from './notices.ts';
import { waitNote } from './parts.ts';

/** What stands in place of the rows when there are none. */
export function listState<Row extends ListRow, F extends object>(
  app: App,
  name: LogName,
  list: LiveList<Row>,
  filter: RememberedFilter<F>,
): TemplateResult {
  const { text } = app;
  if (list.status === 'loading') return waitNote(text('loading'));
  if (list.status === 'failed') {
    return failedState(app, problemOf(app, list.problem), () => list.refresh());
  }
  if (filter.asked > 0) return list.complete ? noneFound(app, filter) : waitNote(text('searching'));
  return emptyState(
    name === 'events' ? 'fa-inbox' : 'fa-list-alt',
    text(`empty.${name}.title`),
    text(`empty.${name}.text`),
    examplesButton(app),
  );
}

/** How much is shown, and whether it is live. */
export function listFooter<Row extends ListRow>(
  { text, formats }: App,
  name: LogName,
  list: LiveList<Row>,
): TemplateResult | typeof nothing {
  if (list.rows.length === 0) return nothing;
  const shown = formats.count(list.rows.length) + (list.complete ? '' : '+');
  return html`<div class="nrp-foot nrp-muted">
    <span>${text(`${name}.shown`, { count: shown })}</span>
    <span>${text(list.paused ? 'live.paused' : 'live.on')}</span>
  </div>`;
}
