import type { App, Details } from '../app.ts';
import { showTray } from '../editor/tray.ts';
import { notify } from './notices.ts';
import './event-details.ts';
import './execution-details.ts';
import './test-event.ts';

/** Shows details in the editor's tray: each kind is an element of its own. */
export function detailsOf(app: App): Details {
  const show = (kind: 'execution' | 'event' | 'test', of: object = {}) => {
    const view = document.createElement(kind === 'test' ? 'nrp-test-event' : `nrp-${kind}`);
    showTray(app, app.text(`${kind}.title`), Object.assign(view, { app, ...of }));
  };
  return {
    execution: (registry, subject) => show('execution', { registry, subject }),
    event: (registry, subject) => show('event', { registry, subject }),
    testEvent() {
      if (app.registries.readable.length === 0) notify(app, app.text('test.noRegistry'), 'warning');
      else show('test');
    },
  };
}
