import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { LiveList } from '../data/live-list.ts';
import type { ListRow } from '../data/row-merging.ts';
import { emptyState, wordButton } from './parts.ts';

interface Words {
  /** `executions` or `events`: which texts are shown. */
  readonly words: 'executions' | 'events';
}

/** What stands in place of the rows when there are none. */
export function listState<Row extends ListRow>(
  { text }: App,
  list: LiveList<Row>,
  { words, searched, clear }: Words & { readonly searched: boolean; readonly clear: () => void },
): TemplateResult {
  if (list.status === 'loading') return html`<div class="nrp-wait" role="status">${text('loading')}</div>`;
  if (list.status === 'failed') {
    const retry = { icon: 'fa-refresh', label: text('button.retry'), act: () => void list.refresh() };
    return emptyState(
      'fa-exclamation-triangle',
      text('failed.title'),
      text('failed.text'),
      wordButton(retry),
    );
  }
  if (searched && !list.complete) return html`<div class="nrp-wait" role="status">${text('searching')}</div>`;
  if (searched) {
    const all = { icon: 'fa-times', label: text('search.clear'), act: clear };
    return emptyState('fa-search', text('empty.search.title'), text('empty.search.text'), wordButton(all));
  }
  const act = () => RED.actions.invoke('core:show-examples-import-dialog');
  return emptyState(
    words === 'events' ? 'fa-inbox' : 'fa-list-alt',
    text(`empty.${words}.title`),
    text(`empty.${words}.text`),
    wordButton({ icon: 'fa-download', label: text('button.examples'), act }),
  );
}

/** How much is shown, and what waits. */
export function listFooter<Row extends ListRow>(
  { text, formats }: App,
  list: LiveList<Row>,
  { words }: Words,
): TemplateResult | typeof nothing {
  if (list.rows.length === 0) return nothing;
  const shown = formats.count(list.rows.length) + (list.complete ? '' : '+');
  return html`<div class="nrp-foot">
    <span>${text(`${words}.shown`, { count: shown })}</span>
    <span class="nrp-live">${text(list.paused ? 'live.paused' : 'live.on')}</span>
  </div>`;
}
