import type { App } from '../app.ts';
import { path } from '../data/api.ts';
import type { LogName } from '../data/live-log.ts';
import type { EventLogRow, LogRow } from '../data/shapes.ts';
import { askFirst } from './asked-button.ts';
import { notify } from './notices.ts';

const kinds = { executions: 'execution', events: 'event' } as const;

/** Lets an execution or an event run again, once it has been asked beside its row; or says why it can't. */
export function replayRow(
  app: App,
  list: LogName,
  { registry, id, status }: LogRow | EventLogRow,
  beside: HTMLElement,
): void {
  const { text, refusal } = app;
  // What is under way comes to its end by itself.
  const isOpen = ['pending', 'waiting', 'running', 'parked'].includes(status);
  if (refusal !== undefined || isOpen) notify(app, refusal ?? text('keys.notSettled'), 'warning');
  else {
    void askFirst(app, beside, {
      label: text('button.replay'),
      question: text(`${kinds[list]}.replayAsk`),
      route: path('registries', registry, list, id, 'replay'),
      done: text('execution.replayDone'),
      read: async () => undefined,
    });
  }
}
