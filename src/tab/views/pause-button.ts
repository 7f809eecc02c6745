import { html, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { ListRow } from '../data/list-search.ts';
import type { LiveList } from '../data/live-list.ts';
import { iconButton } from './parts.ts';

/** Stops and continues the list's live changes. */
export function pauseButton<Row extends ListRow>({ text }: App, list: LiveList<Row>): TemplateResult {
  return html`<span class="button-group">
    ${iconButton({
      icon: list.paused ? 'fa-play' : 'fa-pause',
      label: text(list.paused ? 'live.resume' : 'live.pause'),
      pressed: list.paused,
      act: () => togglePause(list),
    })}
  </span>`;
}

export function togglePause<Row extends ListRow>(list: LiveList<Row>): void {
  if (list.paused) void list.resume();
  else list.pause();
}
