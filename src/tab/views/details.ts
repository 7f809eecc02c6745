import type { App, Details } from '../app.ts';
import { showTray } from '../editor/tray.ts';
import { notify, problemOf } from './notices.ts';
import './event-details.ts';
import './execution-details.ts';
import './test-event.ts';

/** Shows details in the editor's tray: each kind is an element of its own. */
export function detailsOf(app: App): Details {
  const show = (kind: 'execution' | 'event' | 'test', of: object = {}) => {
    const view = document.createElement(`nrp-${kind}`);
    showTray(app, app.text(`${kind}.title`), Object.assign(view, { app, ...of }));
  };
  return {
    execution: (registry, subject) => show('execution', { registry, subject }),
    event: (registry, subject) => show('event', { registry, subject }),
    async testEvent() {
      const { registries } = app;
      // The tab may never have been shown: then it is not known yet which there are.
      if (registries.readable.length === 0) await registries.read();
      if (registries.readable.length > 0) show('test');
      else if (registries.problem !== undefined) notify(app, problemOf(app, registries.problem), 'error');
      else notify(app, app.text('test.noRegistry'), 'warning');
    },
  };
}
