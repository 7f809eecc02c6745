import type { App } from '../app.ts';
import { path } from '../data/api.ts';
import { showExamples } from '../editor/examples.ts';
import { editedRegistries, flowJsonOf } from '../editor/flow-nodes.ts';
import { showMenu } from '../editor/menu.ts';
import { showFirstFlow } from '../editor/tour.ts';
import { nameOf, visible } from '../text/visible.ts';
import { showDoctor } from './doctor-view.ts';
import { showKeys } from './key-sheet.ts';
import { copy, notify, tellProblems } from './notices.ts';
import { holdRegistry, releaseRegistry } from './registry-hold.ts';

/** What is done with a registry as a whole. */
export function showTabMenu(app: App, button: HTMLElement): void {
  const { text } = app;
  /** Once the menu is gone, from the button: that has the focus again when what is shown closes. */
  const fromButton = (show: () => unknown) => () =>
    setTimeout(() => {
      button.focus();
      show();
    });
  const edited = app.hasFlows ? editedRegistries() : [];
  const copies = edited.map(({ id, name }) => {
    const registry = visible(String(name || id));
    return {
      label: text('menu.copyFlow', { registry }),
      onselect: () => copy(app, flowJsonOf(id), text('menu.copiedFlow', { registry })),
    };
  });
  const backups = app.registries.readable.map((registry) => ({
    label: text('menu.backUp', { registry: nameOf(registry) }),
    onselect: () => void backUp(app, registry.id),
  }));
  const holds = app.registries.readable.map((registry) => {
    const switching = registry.override ? releaseRegistry : holdRegistry;
    return {
      label: text(registry.override ? 'hold.menuRelease' : 'hold.menu', { registry: nameOf(registry) }),
      onselect: fromButton(() => switching(app, registry, button)),
    };
  });
  const fire = { label: text('test.title'), onselect: fromButton(() => app.details.testEvent()) };
  const link = { label: text('menu.copyLink'), onselect: () => copy(app, app.linkTo(), text('copied')) };
  const keys = { label: text('keys.menu'), onselect: fromButton(() => showKeys(app)) };
  const doctor = { label: text('doctor.menu'), onselect: fromButton(() => showDoctor(app)) };
  const examples = { label: text('button.examples'), onselect: showExamples };
  const popOut = { label: text('menu.popOut'), onselect: () => popOutTab(app) };
  const firstFlow = { label: text('button.firstFlow'), onselect: () => setTimeout(showFirstFlow) };
  showMenu(button, [
    ...(app.hasFlows ? [popOut] : []),
    link,
    ...(app.mayWrite ? [fire, ...holds] : []),
    ...copies,
    ...(app.mayWrite ? backups : []),
    ...(app.hasFlows ? [examples, firstFlow] : []),
    doctor,
    keys,
  ]);
}

/** The page lies beside the editor's own; it begins with what is shown here. */
function popOutTab(app: App): void {
  const { hash, href } = new URL(app.linkTo());
  open(new URL(`provisioning${hash}`, href), '_blank');
}

async function backUp(app: App, registry: string): Promise<void> {
  await tellProblems(app, async () => {
    const { folder } = await app.api.send<{ folder: string }>('POST', path('registries', registry, 'backup'));
    notify(app, app.text('menu.backedUp', { folder: visible(folder) }), 'success');
  });
}
