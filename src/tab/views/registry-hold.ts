import type { TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { path } from '../data/api.ts';
import type { RegistryHold, RegistryRow, Switch } from '../data/shapes.ts';
import { ask } from '../editor/ask.ts';
import { askSwitch } from '../editor/ask-switch.ts';
import { nameOf } from '../text/visible.ts';
import { tellProblems } from './notices.ts';
import { overrideText } from './override-text.ts';
import { banner, wordButton } from './parts.ts';

/** Asks next to a button why and until when, and holds a registry as a whole. */
export async function holdRegistry(app: App, registry: RegistryRow, beside: HTMLElement): Promise<void> {
  const { text } = app;
  const chosen = await askSwitch(app, beside, {
    title: text('hold.ask', { registry: nameOf(registry) }),
    statuses: ['held'],
    chosen: 'held',
    configured: 'enabled',
    reason: registry.override?.reason ?? '',
    yes: text('hold.yes'),
  });
  if (chosen) await switchRegistry(app, registry, chosen, 'hold.done');
}

/** Asks next to a button, and lets run what waits. */
export async function releaseRegistry(app: App, registry: RegistryRow, beside: HTMLElement): Promise<void> {
  const { text, formats } = app;
  const question = text('hold.releaseAsk', {
    registry: nameOf(registry),
    count: formats.count(registry.parked),
  });
  if ((await ask(app, beside, { text: question, yes: text('hold.release') })) === undefined) return;
  await switchRegistry(app, registry, { status: 'enabled' }, 'hold.released');
}

/** Who holds a registry, since and until when and why, and the way to release it. */
export function holdBanner(app: App, registry: RegistryRow, hold: RegistryHold): TemplateResult {
  const { text, mayWrite } = app;
  const said = text('hold.banner', { registry: nameOf(registry), override: overrideText(app, hold) });
  const act = ({ currentTarget }: MouseEvent) =>
    void releaseRegistry(app, registry, currentTarget as HTMLElement);
  return banner(
    'warning',
    said,
    ...(mayWrite ? [wordButton({ icon: 'fa-play', label: text('hold.release'), act })] : []),
  );
}

function switchRegistry(app: App, registry: RegistryRow, to: Switch, done: string): Promise<void> {
  return tellProblems(app, async () => {
    await app.api.send('PATCH', path('registries', registry.id), { ...to });
    app.announcements.say(app.text(done, { registry: nameOf(registry) }));
    await app.registries.read();
  });
}
