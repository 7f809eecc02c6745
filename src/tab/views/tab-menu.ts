import type { App } from '../app.ts';
import { showExamples } from '../editor/examples.ts';
import { editedRegistries, flowJsonOf } from '../editor/flow-nodes.ts';
import { showMenu } from '../editor/menu.ts';
import { copy } from '../editor/notify.ts';
import { visible } from '../text/visible.ts';
import { openTestEvent } from './open.ts';

/** What is done with a registry as a whole. */
export function showTabMenu(app: App, button: HTMLElement): void {
  const { text } = app;
  const copies = editedRegistries().map(({ id, name }) => {
    const registry = visible(String(name || id));
    return {
      label: text('menu.copyFlow', { registry }),
      onselect: () => copy(app, flowJsonOf(id), text('menu.copiedFlow', { registry })),
    };
  });
  const fire = { label: text('test.title'), onselect: () => openTestEvent(app) };
  const examples = { label: text('button.examples'), onselect: showExamples };
  showMenu(button, [...(app.mayWrite ? [fire] : []), ...copies, examples]);
}
