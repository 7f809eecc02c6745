import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { path } from '../data/api.ts';
import { queryOf } from '../data/filters.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { ask } from '../editor/ask.ts';
import { notify } from './notices.ts';
import { iconButton } from './parts.ts';
import { telling } from './problems.ts';

/**
 * What can be done with all executions that match the search.
 * @param onReplay they are being replayed
 */
export function logActions(app: App, onReplay: () => void): TemplateResult {
  const { text, mayWrite } = app;
  const replay = ({ currentTarget }: MouseEvent) =>
    void replayAll(app, currentTarget as HTMLElement, onReplay);
  return html`<span class="button-group">
    ${iconButton({ icon: 'fa-download', label: text('log.export'), act: () => void exportAll(app) })}
    ${mayWrite ? iconButton({ icon: 'fa-history', label: text('log.replay'), act: replay }) : nothing}
  </span>`;
}

/** The API gives an address that works once, without a token. */
async function exportAll(app: App): Promise<void> {
  await telling(app, async () => {
    for (const registry of shownRegistries(app)) {
      const { url } = await app.api.send<{ url: string }>('POST', path('registries', registry, 'exports'), {
        filter: queryOf(app.navigation.log.fields),
      });
      const link = document.createElement('a');
      // A proxy may show the editor elsewhere than Node-RED knows.
      link.href = url.replace(/^.*?(?=provisioning\/exports\/)/, '');
      link.download = '';
      link.click();
    }
    app.announcements.say(app.text('log.exportDone'));
  });
}

async function replayAll(app: App, button: HTMLElement, onReplay: () => void): Promise<void> {
  const replay = async (dryRun: boolean) => {
    const answers = await Promise.all(
      shownRegistries(app).map((registry) =>
        app.api.send<{ matched: number }>('POST', path('registries', registry, 'replay'), {
          filter: queryOf(app.navigation.log.fields),
          dryRun,
        }),
      ),
    );
    return answers.reduce((sum, { matched }) => sum + matched, 0);
  };
  await telling(app, async () => {
    const matched = await replay(true);
    const { text, formats } = app;
    const question = {
      text: text('log.replayAsk', { count: formats.count(matched) }),
      yes: text('button.replay'),
    };
    if ((await ask(app, button, question)) === undefined) return;
    notify(app, text('log.replaying', { count: formats.count(await replay(false)) }), 'success');
    onReplay();
  });
}
