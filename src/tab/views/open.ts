import type { App } from '../app.ts';
import { notify } from '../editor/notify.ts';
import { showTray } from '../editor/tray.ts';
import type { EventDetailsView } from './event-details.ts';
import type { ExecutionDetailsView } from './execution-details.ts';
import type { TestEventView } from './test-event.ts';

/** Shows an execution's details in the editor's tray. */
export function openExecution(app: App, registry: string, id: string): void {
  const view = document.createElement('nrp-execution') as ExecutionDetailsView;
  Object.assign(view, { app, registry, execution: id });
  showTray(app, app.text('execution.title'), view);
}

export function openEvent(app: App, registry: string, id: string): void {
  const view = document.createElement('nrp-event') as EventDetailsView;
  Object.assign(view, { app, registry, event: id });
  showTray(app, app.text('event.title'), view);
}

/** Opens the dialog that fires a test event; `eventType` is chosen there, if given. */
export function openTestEvent(app: App, registry = '', eventType = ''): void {
  if (app.registries.readable.length === 0) return notify(app, app.text('test.noRegistry'), 'warning');
  const view = document.createElement('nrp-test-event') as TestEventView;
  Object.assign(view, { app, registry, eventType });
  showTray(app, app.text('test.title'), view);
}
