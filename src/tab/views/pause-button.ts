import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { ListRow, LiveList } from '../data/live-list.ts';
import { iconButton } from './parts.ts';

const mostTold = 1000;

/** Stops and continues the list's live changes, and tells how many new rows wait. */
export function pauseButton<Row extends ListRow>(app: App, list: LiveList<Row>): TemplateResult {
  const { text } = app;
  const count =
    list.waiting >= mostTold ? `${app.formats.count(mostTold)}+` : app.formats.count(list.waiting);
  const show = async (event: Event) => {
    scrollUp(event.currentTarget as Element);
    await list.resume();
  };
  return html`<span class="button-group">
      ${iconButton({
        icon: list.paused ? 'fa-play' : 'fa-pause',
        label: text(list.paused ? 'live.resume' : 'live.pause'),
        pressed: list.paused,
        act: () => (list.paused ? void list.resume() : list.pause()),
      })}
    </span>
    ${
      list.waiting > 0
        ? html`<button type="button" class="red-ui-button red-ui-button-small nrp-waiting" @click=${show}>
            ${text('live.waiting', { count })}
          </button>`
        : nothing
    }`;
}

function scrollUp(button: Element): void {
  const scroller = button.closest('.nrp-view')?.querySelector('.nrp-scroll');
  if (scroller) scroller.scrollTop = 0;
}
